"""Pausing and stopping, on both databases: nothing goes out, nothing is lost, nothing is done twice, order is kept."""

from datetime import timedelta

import pytest

from studio.audit.models import AuditEvent
from studio.core import clock
from studio.core.errors import Conflict, InvalidInput
from studio.runtime.engine.halts import Halts
from studio.runtime.halts import pausing, reading, stopping
from studio.runtime.halts.asking import Wanted
from studio.runtime.halts.outcomes import Events, Under
from studio.runtime.models import Event, Halt, Run, TriggerSubscription, Workflow
from studio.runtime.service import starts, workflows
from tests.engine import bench_nodes
from tests.engine.rig import step
from tests.fakes.gates import open_gates

CALL = ([step("call", "test.outside")], [("t", "next", "call")])
REASON = "Refunds go out twice"


def doing(rig, verb, *args, **more):
    with rig.database.unit(rig.workspace_id) as unit:
        return verb(unit, unit.session.get_one(Workflow, rig.workflow_id), *args, **more)


def pause(rig, **wanted):
    doing(rig, pausing.pause, Wanted(REASON, **wanted))


def resume(rig, over_s=None):
    return doing(rig, pausing.resume, over_s)


def stop(rig, events=Events.HOLD):
    with open_gates(), rig.database.unit(rig.workspace_id) as unit:
        stopping.stop(unit, Wanted(REASON, events))


def start(rig, over_s=0):
    with open_gates(), rig.database.unit(rig.workspace_id) as unit:
        return stopping.start(unit, over_s)


def turn(rig, times=1):
    """So many sweeps."""
    halts = Halts(rig.database, lambda _lane="main": None)
    for _ in range(times):
        halts(rig.engine.writer.run(clock.database_now))


def verdicts(rig):
    return [event.verdict for event in rig.all(Event)]


def audited(rig):
    return [event.action for event in rig.all(AuditEvent)]


# -- events --------------------------------------------------------------------------------------------------------


def test_held_events_are_rows_and_start_in_their_order(make_rig):
    rig = make_rig([step("note", "test.local")], [("t", "next", "note")])
    pause(rig)
    held = [rig.accept({"n": number}) for number in range(5)]
    assert {(one.verdict, one.run_id, one.reason) for one in held} == {
        ("held", None, "The workflow is paused: Refunds go out twice")
    }
    rig.settle()
    assert rig.all(Run) == []
    row = resume(rig, over_s=0)
    assert row.total == 5
    turn(rig)
    runs = sorted(rig.all(Run), key=lambda run: run.available_at)
    assert [run.input for run in runs] == [{"n": number} for number in range(5)]
    assert [event.run_id for event in rig.all(Event)] == [run.id for run in runs]
    assert verdicts(rig) == ["started"] * 5
    turn(rig)
    assert rig.all_halts() == []
    assert rig.accept({"n": 5}).verdict == "started"
    rig.settle()
    assert [run.state for run in rig.all(Run)] == ["succeeded"] * 6
    assert audited(rig)[-2:] == ["workflow.paused", "workflow.resumed"]


def test_refused_events_say_why_and_start_nothing_later(make_rig):
    rig = make_rig([], [])
    pause(rig, events=Events.REFUSE)
    refused = rig.accept({"n": 1}, key="1")
    assert (refused.verdict, refused.reason) == ("refused", "The workflow is paused: Refunds go out twice")
    assert resume(rig) is None
    assert rig.accept({"n": 1}, key="1").verdict == "started"


def test_a_delivery_that_is_repeated_in_a_pause_starts_one_run(make_rig):
    rig = make_rig([], [])
    first = rig.accept({"n": 1}, key="order-1")
    pause(rig)
    for _ in range(2):
        assert rig.accept({"n": 2}, key="order-2").verdict == "held"
    assert rig.accept({"n": 1}, key="order-1").verdict == "held"
    resume(rig, over_s=0)
    turn(rig)
    assert verdicts(rig) == ["started", "started", "duplicate", "duplicate"]
    events = rig.all(Event)
    assert events[2].run_id == events[1].run_id
    assert events[3].run_id == first.run_id
    assert len(rig.all(Run)) == 2


def test_a_backlog_is_spread_over_the_time_that_was_said(make_rig):
    rig = make_rig([], [])
    pause(rig)
    for number in range(30):
        rig.accept({"n": number})
    resume(rig, over_s=60)
    turn(rig, times=3)
    assert len(rig.all(Run)) == 1
    clock.shift(timedelta(seconds=30))
    turn(rig, times=3)
    assert len(rig.all(Run)) == 16
    [row] = rig.all_halts()
    assert (row.total, row.released) == (30, 16)
    late = rig.accept({"n": 30})
    assert late.verdict == "held", "what comes goes behind what was there"
    clock.shift(timedelta(seconds=31))
    turn(rig, times=3)
    assert [run.input["n"] for run in sorted(rig.all(Run), key=lambda run: run.available_at)] == list(range(31))
    assert rig.accept({"n": 31}).verdict == "started"


def test_what_is_held_can_be_dropped(make_rig):
    rig = make_rig([], [])
    pause(rig)
    rig.accept({"n": 1})
    assert doing(rig, pausing.drop) == 1
    assert verdicts(rig) == ["refused"]
    assert resume(rig) is None
    assert "workflow.held_dropped" in audited(rig)
    with pytest.raises(Conflict) as error:
        doing(rig, pausing.drop)
    assert error.value.code == "workflow.nothing_held"


def test_a_start_by_hand_is_told_why_not(make_rig):
    rig = make_rig([], [])
    pause(rig)
    with pytest.raises(Conflict) as error, rig.database.unit(rig.workspace_id) as unit:
        starts.start(unit, unit.session.get_one(TriggerSubscription, rig.subscription), {}, lambda: None)
    assert error.value.code == "workflow.paused"
    assert error.value.message == "The workflow is paused: Refunds go out twice"
    assert rig.all(Event) == []


def test_an_event_that_nobody_waits_for_is_held_with_its_key(make_rig):
    rig = make_rig([], [])
    pause(rig)
    with rig.database.unit(rig.workspace_id) as unit:
        row = unit.session.get_one(TriggerSubscription, rig.subscription)
        once = starts.Once("event-1", 60.0)
        assert starts.start_or_turn_away(unit, row, {"n": 1}, lambda: None, once=once) is None
    [event] = rig.all(Event)
    assert (event.verdict, event.dedup_key, event.body) == ("held", "event-1", {"n": 1})


def test_a_pause_that_ends_by_itself(make_rig):
    rig = make_rig([], [])
    with rig.database.unit(rig.workspace_id) as unit:
        until = unit.now + timedelta(minutes=10)
    pause(rig, until=until)
    rig.accept({"n": 1})
    turn(rig)
    assert rig.all(Run) == []
    clock.shift(timedelta(minutes=11))
    turn(rig, times=3)
    assert len(rig.all(Run)) == 1
    assert rig.all_halts() == []


def test_held_events_of_a_workflow_that_was_turned_off_are_refused(make_rig):
    rig = make_rig([], [])
    pause(rig)
    rig.accept({"n": 1})
    doing(rig, workflows.set_enabled, enabled=False)
    resume(rig, over_s=0)
    turn(rig)
    assert verdicts(rig) == ["refused"]
    assert rig.all(Run) == []


# -- runs ----------------------------------------------------------------------------------------------------------


def test_a_pause_lets_runs_finish_where_that_was_chosen(make_rig):
    rig = make_rig(*CALL)
    run_id = rig.accept().run_id
    pause(rig)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


@pytest.mark.parametrize("lane", ["main", "effect"])
def test_a_parked_run_is_never_held_by_a_worker_and_goes_on_under_its_key(make_rig, lane):
    rig = make_rig(*CALL)
    run_id = rig.accept().run_id
    if lane == "effect":
        rig.drain("main")
        assert rig.run(run_id).lane == "effect"
    epoch = rig.run(run_id).epoch
    pause(rig, runs=Under.PARK)
    rig.settle()
    parked = rig.run(run_id)
    assert (parked.state, parked.lane, parked.epoch, parked.lease_by) == ("queued", "parked", epoch, None)
    assert bench_nodes.calls[f"{run_id}:call"] == 0
    assert resume(rig, over_s=0).total == 1
    turn(rig)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 1


def test_a_target_without_keys_is_not_left_in_doubt_by_a_stop(make_rig):
    rig = make_rig([step("call", "test.outside", {"keyed": False})], [("t", "next", "call")])
    run_id = rig.accept().run_id
    rig.drain("main")
    stop(rig)
    rig.settle()
    start(rig)
    turn(rig)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[f"{run_id}:call"] == 1


@pytest.mark.parametrize("kind", ["test.outside", "test.local"])
def test_a_stop_that_commits_behind_the_claim_stops_the_effect(make_rig, kind, monkeypatch):
    """The claim saw nothing; the look right before the effect does."""
    edges = [("t", "next", "first"), ("first", "next", "call")]
    rig = make_rig([step("first", "test.local"), step("call", kind)], edges)
    run_id = rig.accept().run_id
    stopped, boundary = [], rig.engine.executor.carrying._local
    perform = boundary._perform

    def then_stop(unit, machine, call):
        perform(unit, machine, call)
        unit.after_commit(lambda: stopped or stopped.append(stop(rig) or True))

    monkeypatch.setattr(boundary, "_perform", then_stop)
    rig.settle()
    assert stopped
    run = rig.run(run_id)
    assert (run.state, run.lane) == ("queued", "parked")
    assert [note.text for note in rig.notes()] == ["first|"]
    assert bench_nodes.calls[f"{run_id}:call"] == 0
    start(rig)
    turn(rig)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert [row.attempt for row in rig.steps(run_id)] == [1, 1, 1]


# -- everything ----------------------------------------------------------------------------------------------------


def test_timers_retries_and_answers_wait_while_everything_is_stopped(make_rig):
    rig = make_rig(
        [step("ask", "test.wait", {"seconds": 60}), step("call", "test.outside")],
        [("t", "next", "ask"), ("ask", "answered", "call"), ("ask", "late", "call")],
    )
    answered, late = rig.accept().run_id, rig.accept().run_id
    rig.settle()
    stop(rig)
    [wait] = [wait for wait in rig.open_waits() if wait.run_id == answered]
    assert rig.answer(wait, {}), "people decide as always"
    rig.later(120)
    rig.settle()
    assert {rig.run(one).lane for one in (answered, late)} == {"parked"}
    assert sum(bench_nodes.calls[f"{one}:call"] for one in (answered, late)) == 0
    assert rig.accept().verdict == "held"
    assert start(rig) == 3
    turn(rig, times=2)
    rig.settle()
    assert sum(bench_nodes.calls[f"{one}:call"] for one in (answered, late)) == 2
    assert audited(rig)[-2:] == ["workspace.stopped", "workspace.started"]


def test_a_stop_decides_over_a_pause_which_stands_again_behind_it(make_rig):
    rig = make_rig([], [])
    pause(rig, events=Events.REFUSE)
    stop(rig)
    held = rig.accept()
    assert (held.verdict, held.reason) == ("held", "Everything is stopped: Refunds go out twice")
    assert start(rig) == 0, "its workflow is paused still"
    assert rig.accept().verdict == "refused"
    assert resume(rig, over_s=0).total == 1
    turn(rig, times=2)
    assert verdicts(rig) == ["started", "refused"]


def test_a_resumed_pause_waits_for_the_end_of_a_stop(make_rig):
    rig = make_rig([], [])
    pause(rig)
    rig.accept()
    stop(rig)
    resume(rig, over_s=0)
    turn(rig)
    assert rig.all(Run) == []
    start(rig)
    turn(rig, times=2)
    assert len(rig.all(Run)) == 1


def test_stopping_twice_or_starting_what_runs_changes_nothing(make_rig):
    rig = make_rig([], [])
    with pytest.raises(Conflict) as error:
        start(rig)
    assert error.value.code == "workspace.not_stopped"
    stop(rig)
    with pytest.raises(Conflict) as error:
        stop(rig)
    assert error.value.code == "workspace.stopped"
    with pytest.raises(InvalidInput) as error:
        start(rig, over_s=-1)
    assert error.value.code == "halt.span"
    assert audited(rig).count("workspace.stopped") == 1


def test_another_workspace_is_not_stopped(make_rig):
    ours, theirs = make_rig(*CALL), make_rig(*CALL)
    mine, other = ours.accept().run_id, theirs.accept().run_id
    stop(ours)
    theirs.settle()
    assert theirs.run(other).state == "succeeded"
    assert ours.run(mine).state == "queued"
    assert theirs.accept().verdict == "started"


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("  "), "reason"),
        (Wanted("x" * 501), "reason"),
        (Wanted("ok", until=clock.local_now() - timedelta(days=1)), "until"),
        (Wanted("ok", until=clock.local_now() + timedelta(days=93)), "until"),
    ],
)
def test_bad_input_names_its_field_and_pauses_nothing(make_rig, wanted, field):
    rig = make_rig([], [])
    with pytest.raises(InvalidInput) as error:
        doing(rig, pausing.pause, wanted)
    assert [problem.path for problem in error.value.problems] == [field]
    assert rig.all_halts() == []
    assert rig.accept().verdict == "started"


def test_what_is_held_in_the_instant_of_the_end_is_taken_up(make_rig):
    rig = make_rig([], [])
    pause(rig)
    rig.accept({"n": 1})
    with rig.database.unit(rig.workspace_id) as unit:  # as if the event had been written behind the end's back
        unit.session.delete(unit.session.get_one(Halt, rig.workflow_id))
        pausing.apply(unit, rig.workflow_id)
    turn(rig, times=2)
    assert verdicts(rig) == ["started"]
    turn(rig)
    assert rig.all_halts() == []


def test_what_has_gathered_is_counted_for_those_who_look(make_rig):
    rig = make_rig([], [])
    rig.accept()
    pause(rig, runs=Under.PARK)
    rig.settle()
    rig.accept()
    with rig.database.unit(rig.workspace_id) as unit:
        assert reading.backlog(unit) == reading.Backlog(1, 1)
        assert reading.backlog(unit, rig.workflow_id) == reading.Backlog(1, 1)
        assert reading.progress(unit) is None
        [(row, name)] = reading.paused(unit)
        assert (row.reason, name) == (REASON, "Rig")
    resume(rig, over_s=600)
    with rig.database.unit(rig.workspace_id) as unit:
        assert reading.progress(unit) == reading.Progress(1, 2, 0, 600)
