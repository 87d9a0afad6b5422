"""What is older than the workspace keeps goes: the run with all that hangs on it, and its events; nothing else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.ids import new_id
from studio.runtime import notes
from studio.runtime.models import Blob, Event, RateState, Resolution, Run, RunNote, RunSearch, Step, WaitRow
from studio.runtime.retention import chore as chores
from studio.runtime.retention.chore import Retention
from studio.runtime.search.index import SearchIndex
from studio.runtime.service import starts, subscriptions
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

OF_A_RUN = (Run, Step, WaitRow, Resolution, Blob, RunNote, RunSearch, Event)


@pytest.fixture
def tenant(database):
    return make_tenant(database)


@pytest.fixture
def begin(app, database, tenant):
    """Start a run now, with a row in every table that a run may have."""
    workflow_id = make_workflow(app, tenant, refunds(), published=True)

    def run(state="succeeded"):
        with database.unit(tenant.id) as uow:
            [trigger] = subscriptions.of_workflow(uow, workflow_id)
            made = starts.start(uow, trigger, {"name": "#1"}, lambda: None)
            made.state, step_id, wait_id = state, new_id(), new_id()
            named = {"run_id": made.id, "node_key": "ask"}
            uow.session.add_all((
                Step(id=step_id, type="approval.request", state=state, started_at=uow.now, **named),
                WaitRow(id=wait_id, step_id=step_id, kind="approval", created_at=uow.now, **named),
                Resolution(wait_id=wait_id, run_id=made.id, resolved_at=uow.now),
                Blob(run_id=made.id, data={"large": True}),
            ))  # fmt: skip
            notes.add(uow, made.id, "Looked at.")
            return made.id

    return run


@pytest.fixture
def left(database, tenant):
    def counted():
        with database.unit(tenant.id, read_only=True) as uow:
            counts = {
                table.__tablename__: uow.session.scalar(select(func.count()).select_from(table)) for table in OF_A_RUN
            }
            return counts, set(uow.session.scalars(select(Run.id)))

    return counted


def keep(database, tenant, days):
    with database.unit(tenant.id) as uow:
        uow.session.get_one(Workspace, tenant.id).retention_days = days


def shifted(database, **delta):
    """As if the clock had moved on: ids carry the moment they were made in, so the present moves, not the runs."""
    now = clock.local_now() + timedelta(**delta)
    SearchIndex(database).catch_up(now)
    return now


def test_ninety_days_unless_said_otherwise(database, tenant, begin, left):
    begin()
    Retention(database)(shifted(database, days=89))
    assert left()[0] == {table.__tablename__: 1 for table in OF_A_RUN}
    Retention(database)(shifted(database, days=91))
    assert left()[0] == {table.__tablename__: 0 for table in OF_A_RUN}


def test_each_workspace_keeps_as_long_as_it_says(database, tenant, begin, left):
    begin()
    keep(database, tenant, 7)
    Retention(database)(shifted(database, days=6))
    assert left()[0]["run"] == 1
    Retention(database)(shifted(database, days=8))
    assert left()[0]["run"] == 0


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "needs_review", "quarantined"])
def test_what_has_not_ended_stays_however_old(database, begin, left, state):
    run_id = begin(state)
    begin()
    Retention(database)(shifted(database, days=400))
    counts, runs = left()
    assert runs == {run_id}
    assert {counts[name] for name in ("step", "wait", "resolution", "payload_blob", "run_note", "run_search")} == {1}


def test_more_than_a_batch_goes_at_once_and_the_next_look_comes_in_an_hour(database, begin, left, monkeypatch):
    monkeypatch.setattr(chores, "PURGE_BATCH", 2)
    monkeypatch.setattr(chores, "PURGE_S", 60.0)  # however slow the machine is
    for _ in range(5):
        begin()
    purge, now = Retention(database), shifted(database, days=91)
    purge(now)
    assert left()[0]["run"] == 0
    begin()
    purge(now + timedelta(minutes=59))
    assert left()[0]["run"] == 1
    purge(now + timedelta(minutes=61))
    assert left()[0]["run"] == 0


def test_a_long_purge_goes_on_at_the_next_turn_and_keeps_nothing_behind_it_waiting(database, begin, left, monkeypatch):
    monkeypatch.setattr(chores, "PURGE_BATCH", 2)
    for _ in range(5):
        begin()
    clock_now = iter(range(100))
    monkeypatch.setattr(chores.clock, "monotonic", lambda: next(clock_now) * 0.4)  # one batch a turn
    purge, now = Retention(database), shifted(database, days=91)
    seen = []
    for turn in range(4):
        purge(now + timedelta(seconds=turn))
        seen.append((left()[0]["run"], left()[0]["event"]))
    assert seen == [(5, 5), (1, 1), (0, 0), (0, 0)]  # first those that were cancelled, and that failed: none


def test_a_rate_that_holds_nobody_up_any_more_is_forgotten(database, tenant):
    now = shifted(database)
    with database.unit(tenant.id) as uow:
        for key, hours in (("past", -2), ("ahead", 1)):
            uow.session.add(RateState(scope="workflow:a", key=key, tat=now + timedelta(hours=hours)))
    Retention(database)(now)
    with database.unit(tenant.id, read_only=True) as uow:
        assert list(uow.session.scalars(select(RateState.key))) == ["ahead"]
