"""One thing done with many runs: looked at first, spread over time, paused, and no run is taken twice."""

from datetime import UTC

import pytest

from studio.core import faults, outbox
from studio.core.actor import Actor, ActorType
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import new_id
from studio.runtime.batches import service
from studio.runtime.batches.doing import Hands
from studio.runtime.batches.planning import preview
from studio.runtime.batches.wanted import State, Verb, Wanted, turn_of
from studio.runtime.models import Run, RunBatch
from tests.engine import bench_nodes
from tests.engine.rig import Crash, step

MIRA = Actor(ActorType.USER, str(new_id()), "Mira", new_id())
LABELS = {"batch.before_commit"}
"""Died at here, in process; see tests/faults/test_points.py."""
RERUN = Wanted(verb=Verb.RERUN)


def hands(rig):
    return Hands(rig.engine.versions, lambda _lane="main": None, rig.engine.endings.withdraw)


def looked(rig, address, wanted):
    with rig.database.unit(rig.workspace_id, MIRA, read_only=True) as unit:
        return preview(unit, address, wanted, hands(rig), UTC)


def begun(rig, address, wanted, *, per_minute=600, name="ERP outage"):
    seen = looked(rig, address, wanted).hash
    with rig.database.unit(rig.workspace_id, MIRA) as unit:
        return service.begin(unit, name, address, wanted, per_minute=per_minute, seen=seen, zone=UTC).id


def turn(rig, batch_id, *, crash=False):
    """The job of the turn that is next, as the outbox does it."""
    payload = {"batch_id": str(batch_id), "turn": rig.all(RunBatch, RunBatch.id == batch_id)[0].turn}
    if crash:
        faults.arm("batch.before_commit", _die)
    try:
        with rig.database.unit(rig.workspace_id) as unit:
            service.Worker(hands(rig)).turn(unit, payload)
    finally:
        faults.arm("")
    return payload


def _die():
    raise Crash


def batch(rig, batch_id):
    [found] = rig.all(RunBatch, RunBatch.id == batch_id)
    return (found.state, found.done, found.refused)


@pytest.fixture
def outage(make_rig, monkeypatch):
    """Three runs whose second call was refused, and one that went well; the target is mended by now."""
    rig = make_rig(
        [step("one", "test.outside"), step("two", "test.outside")], [("t", "next", "one"), ("one", "next", "two")]
    )
    plain = bench_nodes.OutsideStep.start
    with monkeypatch.context() as broken:
        broken.setattr(
            bench_nodes.OutsideStep, "start",
            lambda self, ctx, config: bench_nodes.Fail("erp.down", "No.") if ctx.node == "two"
            else plain(self, ctx, config),
        )  # fmt: skip
        failed = [rig.accept({"n": n}).run_id for n in range(3)]
        rig.settle()
    rig.accept()
    rig.settle()
    return rig, failed


def test_what_failed_in_an_outage_is_run_again_under_what_was_looked_at(outage):
    rig, failed = outage
    found = looked(rig, "state=failed", RERUN)
    assert (len(found.run_ids), found.kept, dict(found.tried), dict(found.again)) == (3, 3, {"two": 3}, {})
    batch_id = begun(rig, "state=failed", RERUN)
    turn(rig, batch_id)
    rig.settle()
    assert batch(rig, batch_id) == ("done", 3, 0)
    made = {item.run_id: item.again_id for item in _items(rig, batch_id)}
    assert set(made) == set(failed)
    assert {rig.run(again).state for again in made.values()} == {"succeeded"}
    assert {rig.run(again).rerun_of for again in made.values()} == set(failed)
    assert all(bench_nodes.calls[f"{run}:one"] == 1 for run in failed)


def _items(rig, batch_id):
    with rig.database.unit(rig.workspace_id, read_only=True) as unit:
        return service.items(unit, batch_id)


def test_a_turn_whose_worker_dies_is_done_once_and_a_job_that_comes_twice_does_nothing(outage):
    rig, _failed = outage
    batch_id = begun(rig, "state=failed", RERUN, per_minute=12)
    with pytest.raises(Crash):
        turn(rig, batch_id, crash=True)
    assert (batch(rig, batch_id), len(rig.all(Run))) == (("running", 0, 0), 4)
    done = turn(rig, batch_id)
    with rig.database.unit(rig.workspace_id) as unit:
        service.Worker(hands(rig)).turn(unit, done)  # the same job again
    assert (batch(rig, batch_id), len(rig.all(Run))) == (("running", 1, 0), 5)
    turn(rig, batch_id)
    turn(rig, batch_id)
    assert (batch(rig, batch_id), len(rig.all(Run))) == (("done", 3, 0), 7)


def test_it_is_paused_resumed_and_cancelled(outage):
    rig, _failed = outage
    batch_id = begun(rig, "state=failed", RERUN, per_minute=12)

    def to(state):
        with rig.database.unit(rig.workspace_id, MIRA) as unit:
            service.change(unit, batch_id, state)

    to(State.PAUSED)
    turn(rig, batch_id)
    assert batch(rig, batch_id) == ("paused", 0, 0)
    to(State.RUNNING)
    turn(rig, batch_id)
    to(State.CANCELLED)
    turn(rig, batch_id)
    assert (batch(rig, batch_id), len(rig.all(Run))) == (("cancelled", 1, 0), 5)
    with pytest.raises(Conflict):
        to(State.RUNNING)


def test_what_has_happened_is_refused_run_by_run_unless_the_batch_says_so(outage):
    rig, _failed = outage
    anew = Wanted(verb=Verb.RERUN, from_failed=False)
    assert {one.why for one in looked(rig, "state=failed", anew).refused} == {"What has happened would happen again."}
    first = begun(rig, "state=failed", anew)
    turn(rig, first)
    assert batch(rig, first) == ("done", 0, 3)
    assert all("look at the plan first" in item.reason for item in _items(rig, first))
    wanted = anew.model_copy(update={"repeats": True})
    assert dict(looked(rig, "state=failed", wanted).again) == {"one": 3}
    second = begun(rig, "state=failed", wanted)
    turn(rig, second)
    assert batch(rig, second) == ("done", 3, 0)
    third = begun(rig, "state=failed", wanted)  # they were repeated: nobody meant a third time
    turn(rig, third)
    assert batch(rig, third) == ("done", 0, 3)


def test_a_filter_that_is_none_finds_nothing_or_other_runs_begins_nothing(outage):
    rig, _failed = outage
    for address in ("state=bad", "state=cancelled"):
        with pytest.raises(InvalidInput):
            looked(rig, address, RERUN)
    seen = looked(rig, "state=failed", RERUN).hash
    with rig.database.unit(rig.workspace_id) as unit, pytest.raises(Conflict):
        service.begin(unit, "x", "state=succeeded", RERUN, per_minute=60, seen=seen, zone=UTC)
    for wrong in ({"name": " "}, {"per_minute": 0}, {"per_minute": 10_000}):
        with pytest.raises(InvalidInput):
            begun(rig, "state=failed", RERUN, **wrong)
    assert rig.all(RunBatch) == []


@pytest.fixture
def dead(make_rig):
    """Runs of which nobody knows whether their call arrived."""
    rig = make_rig(
        [step("call", "test.outside", {"keyed": False}),
         step("copy", "data.set", {"fields": [{"name": "seen", "value": "steps.call.key"}]})],
        [("t", "next", "call"), ("call", "next", "copy")],
    )  # fmt: skip
    runs = []
    for _ in range(2):
        runs.append(rig.accept().run_id)
        rig.settle_until_effect()
    assert {rig.run(one).state for one in runs} == {"needs_review"}
    return rig, runs


def test_the_dead_go_on_with_what_somebody_says_their_step_gave(dead):
    rig, runs = dead
    wanted = Wanted(verb=Verb.SKIP, output={"key": "by hand"})
    batch_id = begun(rig, "state=needs_review", wanted)
    turn(rig, batch_id)
    rig.settle()
    assert batch(rig, batch_id) == ("done", 2, 0)
    for run_id in runs:
        run = rig.run(run_id)
        assert (run.state, run.error, run.error_code, run.error_node) == ("succeeded", None, None, None)
        assert next(row.output for row in rig.steps(run_id) if row.node_key == "copy") == {"seen": "by hand"}
        assert bench_nodes.calls[f"{run_id}:call"] == 1


@pytest.mark.parametrize(("verb", "state"), [(Verb.DONE, "succeeded"), (Verb.CANCEL, "cancelled")])
def test_the_dead_are_ended_in_batch_and_nothing_of_them_goes_out(dead, verb, state):
    rig, runs = dead
    batch_id = begun(rig, "state=needs_review", Wanted(verb=verb, reason="Refunded in the shop"))
    turn(rig, batch_id)
    rig.settle()
    ended = [rig.run(run_id) for run_id in runs]
    assert [run.state for run in ended] == [state, state]
    if verb is Verb.DONE:
        assert {(run.error, run.error_code, run.error_print) for run in ended} == {(None, None, None)}
    assert all(bench_nodes.calls[f"{run_id}:call"] == 1 for run_id in runs)
    if verb is Verb.DONE:
        assert {note.text for note in rig.notes()} == {"Mira marked the run as done. Refunded in the shop"}


def test_the_pace_is_kept():
    for per_minute in (1, 5, 12, 60, 599, 600):
        count, pause_s = turn_of(per_minute)
        assert 1 <= count <= 20
        assert count / pause_s * 60 == pytest.approx(per_minute)


def test_the_outbox_does_the_turns(outage, monkeypatch):
    rig, _failed = outage
    monkeypatch.setitem(outbox._inside, service.TOPIC, service.Worker(hands(rig)).turn)
    batch_id = begun(rig, "state=failed", RERUN)
    outbox.drain(rig.database)
    assert batch(rig, batch_id) == ("done", 3, 0)
    assert {item.state for item in _items(rig, batch_id)} == {"done"}
