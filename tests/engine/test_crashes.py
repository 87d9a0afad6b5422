"""What a worker leaves behind when it dies, and what one run must never do to its neighbours."""

import pytest

from studio.runtime.models import Step
from tests.engine import bench_nodes
from tests.engine.rig import Retry, step


def test_a_call_that_kills_its_worker_is_set_aside_after_three_times(make_rig):
    rig = make_rig([step("call", "test.outside")], [("t", "next", "call")])
    run_id = rig.accept().run_id
    rig.drain()
    for _ in range(3):
        assert rig.run(run_id).state == "queued"
        assert rig.drain("effect", crash_at="effect.before_call")
        rig.later(60)
    assert rig.run(run_id).state == "quarantined"
    assert rig.run(run_id).finished_at is not None


def test_progress_between_two_deaths_counts_from_the_beginning_again(make_rig):
    rig = make_rig(
        [step("one", "test.outside"), step("two", "test.outside")], [("t", "next", "one"), ("one", "next", "two")]
    )
    run_id = rig.accept().run_id
    rig.drain()
    for _ in range(2):
        assert rig.drain("effect", crash_at="effect.before_call")
        rig.later(60)
    assert rig.drain("effect", crash_at="effect.before_call", after=1)  # the first call is through, the second kills
    rig.later(60)
    assert rig.drain("effect", crash_at="effect.before_call")
    rig.later(60)
    assert rig.run(run_id).state == "queued"
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_a_supervisor_that_frees_leases_counts_them_as_lost(make_rig):
    rig = make_rig([], [])
    run_id = rig.accept().run_id
    for _ in range(3):
        assert rig.drain(crash_at="claim.after_commit")
        rig.free_leases()
    assert rig.run(run_id).state == "quarantined"
    assert rig.run(run_id).error["code"] == "run.quarantined"


def test_a_lease_is_kept_although_the_lane_before_lets_go_late(make_rig):
    rig = make_rig([], [])
    leases, run_id = rig.engine.executor.leases, rig.accept().run_id
    leases.hold([(run_id, 1)])
    leases.hold([(run_id, 2)])  # the effect lane of the same process claims what the main lane has handed over
    leases.let_go([(run_id, 1)])
    assert leases.held() == [(run_id, 2)]


def test_an_answer_that_was_heard_beside_another_effect_is_not_asked_for_again(make_rig):
    """The run goes to the effect lane while the answer to its question lies ready."""
    rig = make_rig(
        [step("call", "test.outside", {"fails": 1}, retry=Retry(2, 1, 1)), step("ask", "test.ask")],
        [("t", "next", "call"), ("t", "next", "ask")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    [wait] = [wait for wait in rig.open_waits() if wait.kind == "test"]
    rig.answer(wait, {"yes": True})
    rig.later(60)  # the pause before the second attempt is over as well
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert [note.text for note in rig.notes()] == ["ask|"]
    assert next(row for row in rig.steps(run_id) if row.node_key == "ask").output == {"yes": True}


@pytest.mark.parametrize("point", ["local.before_commit", "local.after_commit"])
def test_two_answers_survive_a_death_between_them(make_rig, point):
    rig = make_rig([step("one", "test.ask"), step("two", "test.ask")], [("t", "next", "one"), ("t", "next", "two")])
    run_id = rig.accept().run_id
    rig.settle()
    for wait in rig.open_waits():
        rig.answer(wait, {"node": wait.node_key})
    assert rig.drain(crash_at=point)
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert len(rig.notes()) == 2
    assert {row.node_key: row.output for row in rig.steps(run_id)} | {"t": None} == {
        "t": None, "one": {"node": "one"}, "two": {"node": "two"},
    }  # fmt: skip


def test_the_first_call_is_written_before_the_second_goes_out(make_rig):
    rig = make_rig(
        [step("one", "test.outside", {"keyed": False}), step("two", "test.outside", {"keyed": False})],
        [("t", "next", "one"), ("t", "next", "two")],
    )
    run_id = rig.accept().run_id
    rig.drain()
    assert rig.drain("effect", crash_at="effect.after_call", after=1)
    states = {row.node_key: row.state for row in rig.steps(run_id)}
    assert states == {"t": "succeeded", "one": "succeeded", "two": "running"}


def test_a_call_that_never_went_out_is_not_in_doubt(make_rig):
    """The worker dies in the first of two calls: only that one is unknown."""
    rig = make_rig(
        [step("one", "test.outside"), step("two", "test.outside", {"keyed": False})],
        [("t", "next", "one"), ("t", "next", "two")],
    )
    run_id = rig.accept().run_id
    rig.drain()
    assert rig.drain("effect", crash_at="effect.after_call")
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:two"] == 1


def test_what_failed_is_still_told_behind_its_error_port_after_a_wait(make_rig):
    said = {"fields": [{"name": "said", "value": "steps.write.error.message"}]}
    rig = make_rig(
        [step("write", "test.local", {"fail": True}), step("ask", "test.ask"), step("tell", "data.set", said)],
        [("t", "next", "write"), ("write", "error", "ask"), ("ask", "next", "tell")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert rig.steps(run_id)[-1].output == {"said": "Refused."}


def test_a_run_that_ends_leaves_no_step_under_way(make_rig):
    rig = make_rig(
        [
            step("loop", "flow.for_each", {"items": "[1, 2]", "concurrency": 2}),
            step("bad", "test.local", {"fail": True}, parent="loop"),
            step("ask", "test.ask"),
            step("write", "test.local"),
        ],
        [("t", "next", "ask"), ("t", "next", "loop"), ("loop", "each", "bad"), ("t", "next", "write")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).state == "failed"
    assert [row.node_key for row in rig.steps(run_id) if row.finished_at is None] == []
    assert len(rig.withdrawn) == 1


def test_a_loop_within_an_iteration_that_was_given_up_is_given_up_too(make_rig):
    rig = make_rig(
        [
            step("outer", "flow.for_each", {"items": "[1]", "on_item_error": "continue"}),
            step("inner", "flow.for_each", {"items": "[1]"}, parent="outer"),
            step("ask", "test.ask", parent="inner"),
            step("bad", "test.local", {"fail": True}, parent="outer"),
        ],
        [("t", "next", "outer"), ("outer", "each", "inner"), ("inner", "each", "ask"), ("outer", "each", "bad")],
    )
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert [row.node_key for row in rig.steps(run_id) if row.finished_at is None] == []
    assert rig.open_waits() == []


@pytest.mark.parametrize("config", [{"size": 5_000_000}, {"text": "NUL"}], ids=["too large", "zero character"])
def test_an_output_that_cannot_be_kept_fails_its_step_and_no_neighbour(make_rig, config):
    rig = make_rig(
        [step("odd", "condition.if", {"condition": "trigger.odd"}), step("give", "test.give", config)],
        [("t", "next", "odd"), ("odd", "true", "give")],
    )
    runs = [rig.accept({"odd": odd}).run_id for odd in (False, True, False)]
    rig.settle()
    assert [rig.run(run_id).state for run_id in runs] == ["succeeded", "failed", "succeeded"]
    failed = rig.run(runs[1])
    assert (failed.error["node"], failed.error["code"]) == ("give", "step.unstorable")
    assert rig.all(Step, Step.run_id == runs[1])[-1].output is None


def test_a_statement_that_the_database_refuses_fails_its_step(make_rig):
    rig = make_rig([step("breaking", "test.breaking")], [("t", "next", "breaking")])
    run_id = rig.accept().run_id
    rig.settle()
    assert rig.run(run_id).error["code"] == "step.crashed"


def test_a_run_that_cannot_be_taken_up_leaves_its_neighbours_alone(make_rig):
    rig = make_rig([], [])
    runs = [rig.accept().run_id for _ in range(3)]
    taking_up = rig.engine.executor.taking_up
    make = taking_up._machine

    def break_one(run, now, recorded):
        if run.id == runs[1]:
            raise KeyError("a step that no document has")
        return make(run, now, recorded)

    taking_up._machine = break_one
    rig.settle()
    assert [rig.run(run_id).state for run_id in runs] == ["succeeded", "running", "succeeded"]
    for _ in range(3):
        rig.later(60)
        rig.settle()
    assert rig.run(runs[1]).state == "quarantined"


def test_cancelling_withdraws_what_fired_and_was_not_heard_yet(make_rig):
    rig = make_rig([step("ask", "test.wait", {"seconds": 30})], [("t", "next", "ask")])
    run_id = rig.accept().run_id
    rig.settle()
    [wait] = rig.open_waits()
    rig.later(60)
    rig.cancel(run_id)
    assert rig.withdrawn == [wait.id]


def test_what_an_iteration_had_not_begun_when_it_was_given_up_never_begins(make_rig):
    rig = make_rig(
        [
            step("loop", "flow.for_each", {"items": "[false, true]", "on_item_error": "continue"}),
            step("check", "condition.if", {"condition": "item"}, parent="loop"),
            step("bad", "test.local", {"fail": True}, parent="loop"),
            step("write", "test.local", parent="loop"),
            step("ask", "test.ask", parent="loop"),
        ],
        [
            ("t", "next", "loop"), ("loop", "each", "check"), ("check", "false", "bad"), ("check", "false", "write"),
            ("check", "true", "ask"),
        ],
    )  # fmt: skip
    run_id = rig.accept().run_id
    rig.settle()
    rig.answer(rig.open_waits()[0], {})
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert [note.text for note in rig.notes()] == ["ask|1"]
