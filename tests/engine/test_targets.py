"""Calls out spare their target and one another, on both databases."""

from datetime import timedelta

import pytest

from studio.contract.graph import Budget
from studio.core import clock
from studio.core.targets import Report, Sign, Ticket
from studio.core.targets.breaker import THRESHOLD
from studio.runtime.outcomes import Lane
from tests.engine import bench_nodes
from tests.engine.rig import Retry, step

SLOW, OTHER = "https://slow.example.com:443", "https://other.example.com:443"


@pytest.fixture
def rig_of(make_rig):
    """A rig of steps side by side, each with its target; `keyed` says whether repeating is safe."""

    def make(*targets, keyed=False, **more):
        steps = [
            step(f"call{number}", "test.outside", {"keyed": keyed, "target": target}, **more)
            for number, target in enumerate(targets)
        ]
        return make_rig(steps, [("t", "next", one.key) for one in steps])

    return make


def fill(rig, target=SLOW):
    """Calls of other runs that never end."""
    tickets = []
    while isinstance(ticket := rig.engine.targets.enter(rig.workspace_id, target, object()), Ticket):
        tickets.append(ticket)
    clock.shift(timedelta(seconds=30))  # as calls usually take so long, whoever comes now is sent away for seconds
    return tickets


def fail(rig, target=SLOW, times=THRESHOLD):
    """Calls of other runs that the target does not answer."""
    for number in range(times):
        ticket = rig.engine.targets.enter(rig.workspace_id, target, number)
        rig.engine.targets.leave(ticket, Report(Sign.DOWN))


def test_a_run_whose_target_is_full_is_put_back_without_a_trace(rig_of):
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    rig.drain()
    tickets = fill(rig)
    for _ in range(5):
        rig.drain("effect")
        run = rig.run(run_id)
        assert (run.state, run.lane, run.attempts, run.steps_used) == ("queued", Lane.EFFECT, 0, 2)
        assert rig.engine.writer.run(rig.engine.ledger.queued) == {}, "it is claimed again at once"
        [call] = [row for row in rig.steps(run_id) if row.node_key == "call0"]
        assert (call.state, call.attempt, call.intent_epoch) == ("running", 1, None)
        rig.later(15)
    for ticket in tickets:
        rig.engine.targets.leave(ticket, Report(Sign.WELL))
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[call.effect_key] == 1


def test_a_worker_that_dies_while_its_run_is_put_back_leaves_nothing_in_doubt(rig_of):
    """The call takes no key: were it thought to have gone out, somebody would have to look."""
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    rig.drain()
    tickets = fill(rig)
    rig.drain("effect")
    rig.later(15)
    assert rig.drain("effect", crash_at="claim.after_commit")
    for ticket in tickets:
        rig.engine.targets.leave(ticket, Report(Sign.WELL))
    rig.later(60)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_lost_leases_count_although_it_is_put_back_in_between(rig_of):
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    rig.drain()
    for _ in range(3):
        tickets = fill(rig)
        rig.drain("effect")
        for ticket in tickets:
            rig.engine.targets.leave(ticket, Report(Sign.WELL))
        rig.later(15)
        assert rig.drain("effect", crash_at="claim.after_commit")
        rig.later(60)
    assert rig.run(run_id).state == "quarantined"


def test_another_call_of_the_run_goes_out_meanwhile(rig_of):
    rig = rig_of(SLOW, OTHER)
    run_id = rig.accept().run_id
    rig.drain()
    tickets = fill(rig)
    rig.drain("effect")
    states = {row.node_key: (row.state, row.intent_epoch) for row in rig.steps(run_id)}
    assert states["call0"] == ("running", None)
    assert states["call1"][0] == "succeeded"
    for ticket in tickets:
        rig.engine.targets.leave(ticket, Report(Sign.WELL))
    rig.later(15)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_a_small_budget_of_steps_is_not_spent_on_being_put_back(rig_of):
    rig = rig_of(SLOW)
    object.__setattr__(rig.compiled.graph, "budget", Budget(steps=2))
    run_id = rig.accept().run_id
    rig.drain()
    tickets = fill(rig)
    for _ in range(3):
        rig.drain("effect")
        rig.later(15)
    for ticket in tickets:
        rig.engine.targets.leave(ticket, Report(Sign.WELL))
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_a_step_without_retries_waits_once_for_a_target_that_failed_others(rig_of):
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    fail(rig)
    rig.settle()
    run, [wait] = rig.run(run_id), rig.open_waits()
    assert (run.state, run.waiting_for, wait.kind) == ("waiting", "retry", "retry")
    assert "when calls there may go out again" in wait.note
    first = next(row for row in rig.steps(run_id) if row.node_key == "call0")
    assert (first.state, first.error["code"]) == ("failed", "http.circuit_open")
    assert "slow.example.com was not called" in first.error["message"]
    assert first.effect_key not in bench_nodes.calls
    rig.later(15)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"
    assert bench_nodes.calls[first.effect_key] == 1


def test_it_does_not_wait_for_ever(rig_of):
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    fail(rig)
    rig.settle()
    rig.later(15)
    fail(rig, times=1)  # the probe, by another run
    rig.settle()
    run = rig.run(run_id)
    assert (run.state, run.error["code"]) == ("failed", "http.circuit_open")


def test_runs_that_fail_by_themselves_open_it_and_one_probe_closes_it(make_rig):
    call = step("call0", "test.outside", {"fails": 1, "target": SLOW}, retry=Retry(3, 1, 1))
    rig = make_rig([call], [("t", "next", "call0")])
    runs = [rig.accept().run_id for _ in range(THRESHOLD + 3)]
    rig.settle()
    failed = [row for run_id in runs for row in rig.steps(run_id) if row.state == "failed"]
    codes = sorted(row.error["code"] for row in failed)
    assert codes == ["http.circuit_open"] * 3 + ["target.busy"] * THRESHOLD
    for _ in range(10):
        rig.later(400)
        rig.settle()
    assert {rig.run(run_id).state for run_id in runs} == {"succeeded"}


def test_a_pause_that_the_target_asked_for_is_told_as_one(rig_of):
    rig = rig_of(SLOW)
    run_id = rig.accept().run_id
    ticket = rig.engine.targets.enter(rig.workspace_id, SLOW, 1)
    rig.engine.targets.leave(ticket, Report(Sign.BUSY, 120.0))
    rig.settle()
    first = next(row for row in rig.steps(run_id) if row.node_key == "call0")
    assert "asked for a pause" in first.error["message"]
    [wait] = rig.open_waits()
    assert 100 < (wait.due_at - wait.created_at).total_seconds() <= 120
