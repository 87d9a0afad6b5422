"""The clock of an embedded Studio is set: spans last as long as they were to last, moments come when they come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Node
from studio.core import clock
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.runtime.engine.clock_steps import NOTICED_S, ClockSteps, follow
from studio.runtime.engine.sweeper import Sweeper
from studio.runtime.models import Run, WaitRow
from tests.factories.accounts import make_tenant

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
seconds = st.floats(0.001, 86_400)


@given(passed=seconds, step=st.floats(-86_400, 86_400))
def test_a_step_is_what_the_wall_shows_beyond_what_has_passed(passed, step):
    walls = iter([START, START + timedelta(seconds=passed) + timedelta(seconds=step)])
    found, ago = ClockSteps(lambda: next(walls), iter([10.0, 10.0 + passed]).__next__).look()
    assert ago.total_seconds() == pytest.approx(passed, abs=1e-4)
    if abs(step) < NOTICED_S - 1e-3:
        assert found == timedelta()
    elif abs(step) > NOTICED_S + 1e-3:
        assert found.total_seconds() == pytest.approx(step, abs=1e-3)


def test_the_clocks_of_this_machine_agree():
    steps = ClockSteps()
    assert steps.look()[0] == timedelta()


def wait(unit, kind, due_at, detail=None, created_at=None):
    made = WaitRow(
        run_id=new_id(), step_id=new_id(), node_key="n", kind=kind, due_at=due_at, detail=detail,
        created_at=created_at or unit.now - HOUR / 2,
    )  # fmt: skip
    unit.session.add(made)
    return made


def run(unit, **values):
    made = Run(workflow_id=new_id(), version_id=new_id(), trigger_node="t", created_at=unit.now, **values)
    unit.session.add(made)
    return made


def job(unit, key, due_at, **values):
    made = OutboxRow(
        topic="mail", key=key, payload={}, due_at=due_at, max_attempts=15, created_at=unit.now, **values
    )  # fmt: skip
    unit.session.add(made)
    return made


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_spans_move_with_the_clock_and_moments_do_not(database, step):
    tenant = make_tenant(database)
    with database.unit(tenant.id) as unit:
        due = unit.now + timedelta(minutes=10)
        pause, again = wait(unit, "timer", due), wait(unit, "retry", due)
        until = wait(unit, "timer", due, {"until": due.isoformat()})
        approval = wait(unit, "approval", None)
        since = wait(unit, "timer", due, created_at=unit.now + step)
        leased = run(unit, state="running", available_at=unit.now, lease_until=due)
        renewed = run(unit, state="running", available_at=unit.now, lease_until=unit.now + step + timedelta(seconds=10))
        queued = run(unit, state="queued", available_at=unit.now)
        sending = job(unit, "sending", unit.now, state="running", attempts=1, lease_until=due)
        failed, reminder = (job(unit, str(tried), due, state="queued", attempts=tried) for tried in (1, 0))
    clock.shift(step)
    with database.across() as unit:
        follow(unit.session, step, timedelta(seconds=30))
    with database.unit(tenant.id, read_only=True) as unit:

        def now_at(row, name="due_at"):
            return getattr(unit.session.get(type(row), row.id), name)

        for row in (pause, again):
            assert abs(now_at(row) - (due + step)) < timedelta(milliseconds=2)
        for row, name in ((leased, "lease_until"), (sending, "lease_until")):
            assert abs(now_at(row, name) - (due + step)) < timedelta(milliseconds=2)
        assert (now_at(until), now_at(approval), now_at(since), now_at(reminder)) == (due, None, due, due)
        assert now_at(renewed, "lease_until") > unit.now
        assert max(now_at(one, "available_at") for one in (queued, leased, renewed)) <= unit.now
        assert now_at(failed) <= due


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_sweeper_follows_before_it_looks_at_what_is_due(database, make_rig, monkeypatch):
    rig = make_rig([Node("e", "test.local", 1, "E", {})], [("t", "next", "e")])
    sweeper = Sweeper(database, rig.engine.ledger, rig.engine.writer, lambda *_: None, "me")
    with database.unit(rig.workspace_id) as unit:
        made = wait(unit, "timer", unit.now + timedelta(minutes=10))
    monkeypatch.setattr(sweeper._steps, "look", lambda: (HOUR, timedelta(seconds=1)))
    clock.shift(HOUR)
    sweeper.turn()
    assert [row.state for row in rig.all(WaitRow, WaitRow.id == made.id)] == ["open"]
    monkeypatch.setattr(sweeper._steps, "look", lambda: (timedelta(), timedelta(seconds=1)))
    clock.shift(timedelta(minutes=11))
    sweeper.turn()
    assert [row.state for row in rig.all(WaitRow, WaitRow.id == made.id)] == ["fired"]
