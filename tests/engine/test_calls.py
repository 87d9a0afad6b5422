"""Workflows that call workflows: the child's end is the parent's result, whatever becomes of both."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from studio.core.errors import Conflict
from studio.runtime.history.detail import called_by as detail_called
from studio.runtime.models import Run, WaitRow, Workflow
from studio.runtime.service import workflows
from studio.runtime.service.calls import DEEPEST
from studio.runtime.service.settling import Finding, settle
from tests.engine.rig import Retry, step
from tests.factories.reruns import run_again

INPUTS = {"fields": [{"name": "amount", "type": "number"}, {"name": "reason", "required": False}]}
GIVE = step("give", "data.set", {"fields": [{"name": "twice", "value": "trigger.amount * 2"}]})
AFTER = step("after", "data.set", {"fields": [{"name": "got", "value": "steps.call"}]})
WRONG = step("wrong", "data.set", {"fields": [{"name": "got", "value": "steps.call"}]})
BOTH = [("t", "next", "call"), ("call", "next", "after"), ("call", "error", "wrong")]


def call(child, **config):
    rest = {name: config.pop(name) for name in ("retry", "parent") if name in config}
    inputs = config.pop("inputs", {"amount": "{{ trigger.total }}"})
    return step("call", "flow.call", {"workflow": str(child.workflow_id), "inputs": inputs, **config}, **rest)


@pytest.fixture
def family(make_rig):
    """A rig whose workflow calls another one: make(child's steps, its edges) → (rig, child's workflow)."""

    def make(nodes, edges, parent=None, **config):
        rig = make_rig([], [])
        child = rig.publish(nodes, edges, name="Child", trigger="trigger.called", config=INPUTS)
        own, ways = parent(child) if parent else ([call(child, **config), AFTER, WRONG], BOTH)
        made = rig.publish(own, ways, name="Parent")
        rig.use(made)
        return rig, child

    return make


def children(rig, run_id):
    return rig.all(Run, Run.parent_run_id == run_id)


def outputs(rig, run_id):
    return {row.node_key: row.output for row in rig.steps(run_id) if row.output is not None}


def errors(rig, run_id):
    return {row.node_key: row.error for row in rig.steps(run_id) if row.error is not None}


def test_a_child_is_a_run_of_its_own_and_what_its_last_step_gave_is_the_result(family):
    rig, child = family([GIVE], [("t", "next", "give")])
    run_id = rig.accept({"total": 21}).run_id
    rig.settle()
    [called] = children(rig, run_id)
    assert (called.state, called.workflow_id, called.version_id) == ("succeeded", child.workflow_id, child.version_id)
    assert called.input == {"amount": 21, "reason": None}
    assert rig.run(run_id).state == "succeeded"
    assert outputs(rig, run_id)["after"] == {"got": {"twice": 42}}


def test_the_child_its_step_and_its_wait_are_one_fact(family):
    rig, _ = family([GIVE], [("t", "next", "give")])
    run_id = rig.accept({"total": 21}).run_id
    assert rig.drain(crash_at="local.before_commit")
    assert children(rig, run_id) == []
    assert rig.open_waits() == []
    rig.later(60)
    rig.settle()
    assert len(children(rig, run_id)) == 1
    assert rig.run(run_id).state == "succeeded"


def test_a_childs_end_and_the_word_of_it_are_one_fact(family):
    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    assert rig.run(run_id).waiting_for == "child"
    [asked] = [wait for wait in rig.open_waits() if wait.kind == "test"]
    rig.answer(asked, {"said": "yes"})
    assert rig.drain(crash_at="child.before_commit")
    [called] = children(rig, run_id)
    assert (called.state, rig.run(run_id).state) == ("running", "waiting")
    rig.later(60)
    rig.settle()
    assert outputs(rig, run_id)["after"] == {"got": {"said": "yes"}}


def test_one_that_goes_on_at_once_waits_for_nobody_and_cancels_nobody(family):
    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")], mode="go_on")
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    [called] = children(rig, run_id)
    assert rig.run(run_id).state == "succeeded"
    assert outputs(rig, run_id)["call"] == {"run_id": str(called.id)}
    assert called.state == "waiting"


def test_a_failed_child_is_an_error_behind_the_error_port(family):
    rig, _ = family([step("bad", "flow.fail", {"message": "No stock."})], [("t", "next", "bad")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    [called] = children(rig, run_id)
    got = outputs(rig, run_id)["wrong"]["got"]
    assert rig.run(run_id).state == "succeeded"
    assert got["error"]["code"] == "call.failed"
    assert "No stock." in got["error"]["message"]
    assert (got["output"]["run_id"], got["output"]["error"]["code"]) == (str(called.id), "workflow.failed")


def test_a_failed_child_is_called_again_where_the_step_has_tries_left(family):
    rig, _ = family([step("bad", "flow.fail", {"message": "No."})], [("t", "next", "bad")], retry=Retry(2, 1, 5))
    run_id = rig.accept({"total": 1}).run_id
    for _ in range(3):
        rig.settle()
        rig.later(30)
    assert [one.state for one in children(rig, run_id)] == ["failed", "failed"]
    assert [row.attempt for row in rig.steps(run_id) if row.node_key == "call"] == [1, 2]


def test_wrong_inputs_fail_the_step_with_their_paths(family):
    rig, _ = family([GIVE], [("t", "next", "give")], inputs={"amount": "much", "extra": "1"})
    run_id = rig.accept({}).run_id
    rig.settle()
    error = errors(rig, run_id)["call"]
    assert (error["code"], error["field"]) == ("call.inputs", "config.inputs.amount")
    assert "extra" in error["message"]
    assert children(rig, run_id) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"archived_at": "now"}, "call.unknown_workflow"),
        ({"published_version_id": None}, "call.no_trigger"),
        ({"off": True}, "workflow.off"),
    ],
)
def test_a_workflow_that_cannot_be_called_fails_the_step(family, values, code):
    rig, child = family([GIVE], [("t", "next", "give")])
    with rig.database.unit(rig.workspace_id) as unit:
        workflow = unit.session.get(Workflow, child.workflow_id)
        if "off" in values:
            workflows.set_enabled(unit, workflow, enabled=False)
        for name in values.keys() - {"off"}:
            setattr(workflow, name, unit.now if values[name] else None)
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    assert errors(rig, run_id)["call"]["code"] == code
    assert children(rig, run_id) == []


def test_a_workflow_that_calls_itself_is_stopped_at_the_cap(make_rig):
    rig = make_rig([], [])
    own = rig.publish([], [], name="Self", trigger="trigger.called")
    again = step("call", "flow.call", {"workflow": str(own.workflow_id)})
    made = rig.publish([again], [("t", "next", "call")], name="Self", trigger="trigger.called")
    rig.known[own.version_id] = rig.known[made.version_id]
    outer = rig.publish([again], [("t", "next", "call")], name="Outer")
    rig.use(outer)
    rig.accept({})
    rig.settle()
    found = rig.all(Run)
    assert len(found) == DEEPEST
    assert {run.state for run in found} == {"failed"}
    assert errors(rig, found[-1].id)["call"]["code"] == "call.too_deep"


def test_cancelling_the_parent_cancels_children_and_theirs(family):
    def parent(child):
        return [call(child)], [("t", "next", "call")]

    rig, child = family([step("ask", "test.ask")], [("t", "next", "ask")], parent=parent)
    outer = rig.publish(
        [step("call", "flow.call", {"workflow": str(child.workflow_id), "inputs": {"amount": "1"}})],
        [("t", "next", "call")], name="Middle", trigger="trigger.called",
    )  # fmt: skip
    top = rig.publish(
        [step("call", "flow.call", {"workflow": str(outer.workflow_id)})], [("t", "next", "call")], name="Top"
    )
    rig.use(top)
    run_id = rig.accept({}).run_id
    rig.settle()
    assert [run.state for run in rig.all(Run)] == ["waiting"] * 3
    rig.cancel(run_id)
    assert [run.state for run in rig.all(Run)] == ["cancelled"] * 3
    assert rig.open_waits() == []
    assert len(rig.withdrawn) == 1
    assert rig.resolutions() == []


def test_a_parent_that_ends_without_its_child_cancels_it(family):
    def parent(child):
        nodes = [call(child), step("write", "test.local"), step("stop", "flow.stop")]
        return nodes, [("t", "next", "call"), ("t", "next", "write"), ("write", "next", "stop")]

    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")], parent=parent)
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert [run.state for run in children(rig, run_id)] == ["cancelled"]
    assert rig.open_waits() == []


def test_a_cancelled_child_is_an_error(family):
    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    rig.cancel(children(rig, run_id)[0].id)
    rig.settle()
    assert outputs(rig, run_id)["wrong"]["got"]["error"]["code"] == "call.cancelled"


def test_a_parent_waits_until_a_person_has_settled_its_child(family):
    rig, _ = family([step("tell", "test.outside", {"keyed": False})], [("t", "next", "tell")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle_until_effect()
    [called] = children(rig, run_id)
    assert (called.state, rig.run(run_id).state) == ("needs_review", "waiting")
    with rig.database.unit(rig.workspace_id) as unit:
        settle(unit, unit.session.get(Run, called.id), Finding.ARRIVED, lambda: None)
    rig.settle()
    assert (rig.run(called.id).state, rig.run(run_id).state) == ("succeeded", "succeeded")


def test_a_stuck_child_that_is_run_again_hands_its_caller_over(family):
    rig, _ = family([step("tell", "test.outside", {"keyed": False})], [("t", "next", "tell")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle_until_effect()
    [called] = children(rig, run_id)
    with rig.database.unit(rig.workspace_id) as unit:
        again = run_again(
            unit, unit.session.get(Run, called.id), rig.engine.versions, lambda: None,
            withdraw=rig.engine.endings.withdraw,
        )  # fmt: skip
    assert rig.run(run_id).state == "waiting"
    assert [wait.detail["run_id"] for wait in rig.all(WaitRow)] == [str(again.id)]
    rig.settle()
    assert (rig.run(called.id).state, rig.run(again.id).state) == ("cancelled", "succeeded")
    assert rig.run(run_id).state == "succeeded"


def test_a_rerun_keeps_the_calls_that_are_through_and_makes_the_others_anew(family):
    def parent(child):
        nodes = [call(child), step("bad", "test.local", {"fail": True})]
        return nodes, [("t", "next", "call"), ("call", "next", "bad")]

    rig, _ = family([GIVE], [("t", "next", "give")], parent=parent)
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    made = []
    for from_step in ("bad", None):
        with rig.database.unit(rig.workspace_id) as unit:
            run = unit.session.get(Run, run_id)
            made.append(run_again(unit, run, rig.engine.versions, lambda: None, from_step=from_step).id)
        rig.settle()
    assert [len(children(rig, one)) for one in made] == [0, 1]


def test_children_of_a_loop_are_told_apart(family):
    def parent(child):
        each = step("each", "flow.for_each", {"items": "[1, 2, 3]", "concurrency": 3})
        return (
            [each, call(child, inputs={"amount": "{{ item }}"}, parent="each")],
            [("t", "next", "each"), ("each", "each", "call")],
        )

    rig, _ = family([GIVE], [("t", "next", "give")], parent=parent)
    run_id = rig.accept({}).run_id
    rig.settle()
    results = [row.output for row in rig.steps(run_id) if row.node_key == "each"]
    assert [one["call"]["twice"] for one in results[0]["results"]] == [2, 4, 6]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_a_childs_end_and_the_cancelling_of_its_parent_lock_in_the_same_order(family):
    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    [asked] = [wait for wait in rig.open_waits() if wait.kind == "test"]
    rig.answer(asked, {})
    [called] = children(rig, run_id)
    with ThreadPoolExecutor(1) as pool:
        with rig.database.unit(rig.workspace_id) as unit:
            unit.session.get(Run, run_id, with_for_update=True)
            ended = pool.submit(rig.drain)  # holds the child's row and wants the parent's
            until_blocked(rig.database)
            cancelled = pool_cancel(rig, run_id)
        ended.result()
        cancelled.result()
    assert (rig.run(called.id).state, rig.run(run_id).state) == ("succeeded", "cancelled")


def pool_cancel(rig, run_id):
    return ThreadPoolExecutor(1).submit(rig.cancel, run_id)


def until_blocked(database):
    """Wait until a transaction waits for a row that another holds."""
    waiting = text("select count(*), pg_sleep(0.01) from pg_locks where not granted")
    seen = 0
    while not seen:
        with database.unit(read_only=True) as unit:
            seen = unit.session.execute(waiting).one()[0]


def test_a_child_that_has_ended_cannot_be_cancelled_any_more(family):
    rig, _ = family([GIVE], [("t", "next", "give")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    with pytest.raises(Conflict):
        rig.cancel(children(rig, run_id)[0].id)


def test_a_page_shows_both_ways_between_a_run_and_what_it_called(family):
    rig, _ = family([step("ask", "test.ask")], [("t", "next", "ask")])
    run_id = rig.accept({"total": 1}).run_id
    rig.settle()
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        [called] = detail_called(unit, unit.session.get(Run, run_id))
    assert (called.state, called.workflow_name, called.awaited) == ("waiting", "Child", True)
    assert rig.run(called.id).parent_run_id == run_id
