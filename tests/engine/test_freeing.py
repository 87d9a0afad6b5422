"""What a process held is another's at once: after its death, at its stop, and when one finds itself alone."""

import pytest

from studio.core import claims, outbox
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database
from studio.runtime.engine.freeing import Freed, free_all_dead, free_holder
from studio.runtime.models import LoopLease
from tests.engine.rig import Rig, step


@pytest.fixture
def rig(make_rig):
    return make_rig([step("call", "test.outside")], [("t", "next", "call")])


def held(rig):
    """A run in the effect lane whose process has gone no further than its claim."""
    run_id = rig.accept().run_id
    rig.drain()
    assert rig.drain("effect", crash_at="effect.before_call")
    return run_id


def stop(rig):
    """A deploy: the process stops while the call is out."""
    executor = rig.engine.executor
    run = rig.all_running()[0]
    executor.leases.hold([(run.id, run.epoch)])
    executor.stop()
    executor.leases.let_go([(run.id, run.epoch)])


def test_any_number_of_stops_in_one_long_call_sets_nothing_aside(rig):
    run_id = held(rig)
    for _ in range(5):
        stop(rig)
        run = rig.run(run_id)
        assert (run.state, run.attempts, run.lease_by) == ("queued", 0, None)
        assert rig.drain("effect", crash_at="effect.before_call")
    stop(rig)
    rig.settle()
    assert rig.run(run_id).state == "succeeded"


def test_a_stop_takes_no_death_back(rig):
    run_id = held(rig)
    rig.free_leases()
    assert rig.drain("effect", crash_at="effect.before_call")
    stop(rig)
    assert rig.run(run_id).attempts == 1


def leave_job(rig: Rig) -> None:
    with rig.database.unit(rig.workspace_id) as unit:
        outbox.enqueue(unit, "t", key="k", payload={})


def job(database: Database, workspace_id):
    with database.unit(workspace_id, read_only=True) as unit:
        return unit.session.query(OutboxRow).one()


@pytest.fixture
def handlers(monkeypatch):
    monkeypatch.setattr(outbox, "_inside", {"t": lambda _unit, _payload: None})
    monkeypatch.setattr(outbox, "_outside", {})


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("alone", [True, False])
def test_a_death_frees_runs_jobs_and_loops(rig, alone):
    run_id, holder = held(rig), rig.engine.holder
    leave_job(rig)
    claims.claim(rig.database, ["t"], 1, holder)
    with rig.database.across() as unit:
        unit.session.add(LoopLease(name="sweeper", holder=holder, until=unit.now))
    with rig.database.across() as unit:
        ledger = rig.engine.ledger
        assert free_holder(unit.session, ledger, "another", dead=True) == Freed()
        freed = free_all_dead(unit.session, ledger) if alone else free_holder(unit.session, ledger, holder, dead=True)
        assert freed == Freed(runs=1, jobs=1)
        assert unit.session.get(LoopLease, "sweeper") is None
    assert (rig.run(run_id).state, rig.run(run_id).attempts) == ("queued", 1)
    assert job(rig.database, rig.workspace_id).state == "queued"
