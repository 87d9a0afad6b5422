"""The clock of an embedded Studio is set: spans last as long as they were to last, moments come when they come."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.contract.graph import Node
from studio.core import clock
from studio.core.errors import Unavailable
from studio.core.ids import new_id
from studio.core.models import OutboxRow
from studio.runtime.engine.clock_steps import NOTICED_S, ClockSteps, Look, follow
from studio.runtime.engine.sweeper import Sweeper
from studio.runtime.models import Run, WaitRow
from tests.factories.accounts import make_tenant

HOUR = timedelta(hours=1)
START = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
seconds = st.floats(0.001, 86_400)


@given(passed=seconds, step=st.floats(-86_400, 86_400))
def test_a_step_is_what_the_wall_shows_beyond_what_has_passed(passed, step):
    walls = iter([START, START + timedelta(seconds=passed) + timedelta(seconds=step)])
    found = ClockSteps(lambda: next(walls), iter([10.0, 10.0 + passed]).__next__).look()
    assert found.passed.total_seconds() == pytest.approx(passed, abs=1e-4)
    if abs(step) < NOTICED_S - 1e-3:
        assert found.step == timedelta()
    elif abs(step) > NOTICED_S + 1e-3:
        assert found.step.total_seconds() == pytest.approx(step, abs=1e-3)


def test_the_clocks_of_this_machine_agree():
    steps = ClockSteps()
    assert steps.look().step == timedelta()


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
        follow(unit.session, Look(clock.machine_now(), 0.0, step, timedelta(seconds=30)))
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


class Sweeping:
    """A sweeper with a pause of ten minutes before it, on a machine whose clock is set."""

    def __init__(self, database, rig):
        self.sweeper = Sweeper(database, rig.engine.ledger, rig.engine.writer, lambda *_: None, "me")
        self.rig, self.by = rig, timedelta()
        with database.unit(rig.workspace_id) as unit:
            self.pause = wait(unit, "timer", unit.now + timedelta(minutes=10))
        self.look_anew()

    def look_anew(self):
        self.sweeper._steps = ClockSteps(lambda: clock.machine_now() + self.by)

    def set(self, by):
        self.by += by
        clock.shift(by)

    def state(self):
        return self.rig.all(WaitRow, WaitRow.id == self.pause.id)[0].state


@pytest.fixture
def sweeping(database, make_rig, monkeypatch):
    monkeypatch.setattr(clock, "offset", timedelta)  # the time that a look saw has it already
    return Sweeping(database, make_rig([Node("e", "test.local", 1, "E", {})], [("t", "next", "e")]))


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_sweeper_follows_before_it_looks_at_what_is_due(sweeping):
    sweeping.set(HOUR)
    sweeping.sweeper.turn()
    assert sweeping.state() == "open"
    sweeping.set(timedelta(minutes=11))
    sweeping.look_anew()  # that much has passed, on both clocks
    sweeping.sweeper.turn()
    assert sweeping.state() == "fired"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_step_that_could_not_be_followed_is_followed_at_the_next_turn(sweeping, monkeypatch):
    sweeping.set(HOUR)
    with monkeypatch.context() as locked:
        locked.setattr(sweeping.sweeper._writer, "run", _refuse)
        with pytest.raises(Unavailable):
            sweeping.sweeper.turn()
    sweeping.sweeper.turn()
    assert sweeping.state() == "open"


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_nothing_is_due_because_the_clock_was_set_right_after_the_look(sweeping, monkeypatch):
    ledger = sweeping.rig.engine.ledger
    fire = ledger.fire_due

    def set_and_fire(*told):
        sweeping.set(HOUR)
        return fire(*told)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(ledger, "fire_due", set_and_fire)
        sweeping.sweeper.turn()
    assert sweeping.state() == "open"
    sweeping.sweeper.turn()
    assert sweeping.state() == "open"


def _refuse(_job):
    raise Unavailable("The database is locked.")
