"""A re-run does what its plan said, or nothing; skipped steps, edited data, one item of a loop."""

import orjson
import pytest

from studio.audit.models import AuditEvent
from studio.contract.node import Kind
from studio.core.errors import Conflict, InvalidInput
from studio.runtime.models import Run
from studio.runtime.rerun.facts import Given
from studio.runtime.rerun.lines import Fate, lines
from studio.runtime.service.rerun_plan import Edited, Wish, look
from studio.runtime.service.rerunning import rerun
from tests.engine import bench_nodes
from tests.engine.rig import step
from tests.engine.test_rerun import LOOP, LOOP_EDGES, states
from tests.factories.reruns import run_again


class AskPeople(bench_nodes.AskStep):
    """The same, of people."""

    key = "test.ask_people"
    kind = Kind.APPROVAL


TWO = [step("one", "test.outside"), step("two", "test.local")], [("t", "next", "one"), ("one", "next", "two")]


def planned(rig, run_id, **wish):
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        return look(unit, unit.session.get(Run, run_id), rig.engine.versions, Wish(**wish))


def again(rig, run_id, seen, **wish):
    with rig.database.unit(rig.workspace_id) as unit:
        run = unit.session.get(Run, run_id)
        return rerun(unit, run, rig.engine.versions, lambda _lane="main": None, Wish(**wish), seen=seen).id


def done(rig):
    run_id = rig.accept({"n": 1}).run_id
    rig.settle()
    return run_id


def test_what_has_happened_is_repeated_under_the_hash_of_its_plan_alone_and_once(make_rig):
    rig = make_rig(*TWO)
    first = done(rig)
    found = planned(rig, first)
    assert [(line.node, line.fate) for line in lines(found.plan)] == [("one", Fate.AGAIN), ("two", Fate.AGAIN)]
    with pytest.raises(Conflict) as unseen:
        again(rig, first, None)
    with pytest.raises(Conflict) as other:
        again(rig, first, planned(rig, first, from_step="two").hash)
    assert [one.value.code for one in (unseen, other)] == ["rerun.plan_needed", "rerun.plan_changed"]
    made = again(rig, first, found.hash)
    with pytest.raises(Conflict) as twice:  # a second click: what the plan said has been done
        again(rig, first, found.hash)
    assert (twice.value.code, len(rig.all(Run))) == ("rerun.plan_changed", 2)
    assert planned(rig, first).repeated == (made,)
    rig.settle()
    assert sum(bench_nodes.calls[f"{run}:one"] for run in (first, made)) == 2


def test_one_item_of_a_loop_that_was_through_is_run_again_and_nothing_else_of_it(make_rig):
    rig = make_rig(LOOP, LOOP_EDGES)
    first = done(rig)
    found = planned(rig, first, from_step="call", path="2")
    fates = {(line.node, line.path): line.fate for line in lines(found.plan)}
    assert {place for place, fate in fates.items() if fate == Fate.AGAIN} == {
        ("call", "2"), ("write", "2"), ("end", "")
    }  # fmt: skip
    made = again(rig, first, found.hash, from_step="call", path="2")
    rig.settle()
    assert rig.run(made).state == "succeeded"
    assert [bench_nodes.calls[f"{made}:call:{path}"] for path in "0123"] == [0, 0, 1, 0]
    assert [bench_nodes.calls[f"{first}:call:{path}"] for path in "0123"] == [1, 1, 1, 1]


def test_a_skipped_step_is_not_run_and_those_behind_it_see_what_was_given(make_rig):
    copy = {"fields": [{"name": "seen", "value": "steps.one.key"}]}
    rig = make_rig(
        [step("one", "test.outside"), step("copy", "data.set", copy)], [("t", "next", "one"), ("one", "next", "copy")]
    )
    first = done(rig)
    given = {("one", ""): Given({"key": "by hand"})}
    made = again(rig, first, planned(rig, first, given=given).hash, given=given)
    rig.settle()
    one, last = [row for row in rig.steps(made) if row.node_key in ("one", "copy")]
    assert (last.output, bench_nodes.calls[f"{made}:one"]) == ({"seen": "by hand"}, 0)
    assert (one.state, one.reused_from) == ("succeeded", one.id)
    assert "skipped it" in one.note
    with pytest.raises(InvalidInput) as nowhere:
        again(rig, first, None, given={("one", ""): Given(1, "sideways")})
    assert [problem.path for problem in nowhere.value.problems] == ["give.0.port"]


def test_a_run_with_other_data_asks_the_people_again_who_agreed_to_the_old(make_rig):
    say = {"fields": [{"name": "n", "value": "trigger.n"}]}
    rig = make_rig(
        [step("ask", "test.ask_people"), step("say", "data.set", say), step("end", "test.outside")],
        [("t", "next", "ask"), ("ask", "next", "say"), ("say", "next", "end")],
    )
    first = done(rig)
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert planned(rig, first, from_step="say").plan.asks == ()
    wish = {"from_step": "say", "edited": Edited({"n": 2})}
    found = planned(rig, first, **wish)
    assert (found.plan.asks_again, found.plan.unbound) == (("ask",), ("ask",))
    with pytest.raises(Conflict):  # the hash is of the data too
        again(rig, first, planned(rig, first, from_step="say", edited=Edited({"n": 3})).hash, **wish)
    made = again(rig, first, found.hash, **wish)
    rig.settle()
    assert (rig.run(made).state, rig.run(made).input) == ("waiting", {"n": 2})
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert next(row.output for row in rig.steps(made) if row.node_key == "say") == {"n": 2}


def test_a_re_run_is_linked_and_audited(make_rig):
    rig = make_rig(*TWO)
    first = done(rig)
    with rig.database.unit(rig.workspace_id) as unit:
        made = run_again(unit, first, rig.engine.versions, from_step="two").id
    assert (rig.run(made).rerun_of, rig.run(made).rerun_from) == (first, "two")
    assert states(rig, made)["one", ""] == ("succeeded", True)
    [event] = rig.all(AuditEvent, AuditEvent.action == "run.rerun")
    said = orjson.loads(event.body)["metadata"]
    assert (said["new_run"], said["from_step"], said["chosen_repeat"]) == (str(made), "two", True)
    assert len(said["plan"]) == 64
