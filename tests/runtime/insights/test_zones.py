"""Runs are counted into days of the workspace's time zone, also of one that it had before, and each of them once."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, update

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.ids import first_id_at, new_id
from studio.runtime.insights.days import EVER
from studio.runtime.insights.estimates import estimates
from studio.runtime.insights.grains import Period
from studio.runtime.insights.heat import Span, heat
from studio.runtime.insights.reading import insights
from studio.runtime.insights.tallying import Tallying
from studio.runtime.models import Run, RunOpen, RunTally, RunWalk, Step, StepTally, TallyZone, Workflow
from tests.factories.accounts import make_tenant
from tests.factories.workflows import make_workflow, refunds

LA, BERLIN, KOLKATA = "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata"


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.fixture
def tallying(database):
    return Tallying(database)


@pytest.fixture
def zone(database):
    def set_zone(workspace_id, name):
        with database.unit() as uow:
            uow.session.execute(update(Workspace).where(Workspace.id == workspace_id).values(time_zone=name))

    return set_zone


@pytest.fixture
def tenant(database, zone):
    tenant = make_tenant(database)
    zone(tenant.id, LA)
    return tenant


@pytest.fixture
def workflow_id(app, tenant):
    return make_workflow(app, tenant, refunds(), published=True)


@pytest.fixture
def add(database):
    """Write runs that began at these moments."""

    numbers = itertools.count()

    def write(workspace_id, *moments, workflow_id=None, step=None, **values):
        ids = [UUID(int=first_id_at(at).int + next(numbers)) for at in moments]
        values = {"state": "succeeded", "workflow_id": workflow_id or new_id(), **values}
        took = timedelta(seconds=2) if values["state"] in ("succeeded", "failed") else None
        with database.unit(workspace_id) as uow:
            for run_id, at in zip(ids, moments, strict=True):
                given = {"finished_at": at + took if took else None, "available_at": at, "created_at": at, **values}
                uow.session.add(Run(id=run_id, version_id=run_id, trigger_node="order", input={}, **given))
                if step is not None:
                    done = {"node_key": step, "type": "run.note", "state": "succeeded", "finished_at": at + took}
                    uow.session.add(Step(run_id=run_id, started_at=at, **done))
        return ids

    return write


@pytest.fixture
def read(database):
    def read(workspace_id, now, period=Period.WEEK, what=insights, **more):
        clock.shift(now - clock.local_now())
        with database.unit(workspace_id, read_only=True) as uow:
            return what(uow, period, **more)

    return read


def bars(found):
    return {(str(one.day), one.time_zone): one.runs for one in found.stretches if one.runs}


def test_a_day_is_one_of_the_store_with_23_or_25_hours(add, tallying, read, tenant):
    """Los Angeles turns its clocks back on 1 November 2026: its day ends 25 hours after it began."""
    first, last = utc(2026, 11, 1, 7), utc(2026, 11, 2, 7, 59)
    add(tenant.id, first - timedelta(minutes=1), first, utc(2026, 11, 1, 20), last, last + timedelta(minutes=1))
    now = utc(2026, 11, 2, 20)
    tallying.catch_up(now)
    found = read(tenant.id, now)
    assert found.time_zone == LA
    assert found.coming is None
    assert bars(found) == {("2026-10-31", LA): 1, ("2026-11-01", LA): 3, ("2026-11-02", LA): 1}
    assert [one.ends_at - one.starts_at for one in found.stretches[-2:]] == [timedelta(hours=25), timedelta(hours=24)]
    assert sum(one.runs for one in read(tenant.id, now, Period.DAY).stretches) == 2, "hours are hours"
    about = read(tenant.id, now, "7d", what=estimates)
    assert about.states == {"succeeded": 5}


def test_another_zone_keeps_what_was_counted_and_shows_whose_days_they_are(
    add, tallying, read, zone, database, tenant, workflow_id
):
    """A run that waited through the change ends in the day that it was counted in, with its steps."""
    add(tenant.id, utc(2026, 11, 20, 7), utc(2026, 11, 20, 9), workflow_id=workflow_id)
    [waits] = add(tenant.id, utc(2026, 11, 20, 7, 30), workflow_id=workflow_id, state="waiting", waiting_for="approval")
    changed_at = utc(2026, 11, 20, 16)
    tallying.catch_up(changed_at)
    zone(tenant.id, KOLKATA)
    assert read(tenant.id, changed_at).coming == (utc(2026, 11, 20, 18, 30), KOLKATA), "before the sweeper noted it"
    assert tallying.note_zones(changed_at) == 1
    assert tallying.note_zones(changed_at) == 0
    found = read(tenant.id, changed_at)
    assert (found.time_zone, found.coming) == (LA, (utc(2026, 11, 20, 18, 30), KOLKATA))
    begun = utc(2026, 11, 20, 18, 29), utc(2026, 11, 20, 18, 30), utc(2026, 11, 21, 18, 29), utc(2026, 11, 21, 18, 30)
    add(tenant.id, *begun, workflow_id=workflow_id)
    key = refunds()["nodes"][0]["key"]
    with database.unit(tenant.id) as uow:
        run = uow.session.get(Run, waits)
        run.state, run.waiting_for, run.finished_at = "succeeded", None, utc(2026, 11, 21, 10)
        done = {"node_key": key, "type": "run.note", "state": "succeeded", "finished_at": run.finished_at}
        uow.session.add(Step(run_id=waits, started_at=run.created_at, **done))
    now = utc(2026, 11, 22, 1)
    tallying.catch_up(now)
    assert tallying.look_again(now) == 1
    found = read(tenant.id, now)
    expected = {
        ("2026-11-19", LA): 2, ("2026-11-20", LA): 2, ("2026-11-21", KOLKATA): 2, ("2026-11-22", KOLKATA): 1,
    }  # fmt: skip
    assert bars(found) == expected
    assert (found.time_zone, found.coming, found.waiting) == (KOLKATA, None, [])
    assert found.whole.states == {"succeeded": 7}
    [cut] = [one for one in found.stretches if not one.whole_day]
    assert (str(cut.day), cut.starts_at, cut.ends_at) == ("2026-11-20", utc(2026, 11, 20, 8), utc(2026, 11, 20, 18, 30))
    with database.unit(tenant.id, read_only=True) as uow:
        days = set(uow.session.scalars(select(StepTally.starts_at).where(StepTally.grain == "d")))
        hot = heat(uow, uow.session.get(Workflow, workflow_id), Span.WEEK)
    assert days == {utc(2026, 11, 19, 8)}
    assert (hot.time_zone, sum(step.ended for step in hot.steps)) == (KOLKATA, 1)


def test_a_zone_that_is_taken_back_before_its_midnight_never_counts(add, tallying, read, zone, database, tenant):
    add(tenant.id, utc(2026, 11, 20, 7))
    now = utc(2026, 11, 20, 16)
    tallying.catch_up(now)
    for name in (BERLIN, KOLKATA, LA):
        zone(tenant.id, name)
        assert tallying.note_zones(now) == 1
    assert read(tenant.id, utc(2026, 11, 25)).time_zone == LA
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.execute(select(TallyZone.since, TallyZone.zone)).all() == [(EVER, LA)]


def test_what_was_counted_by_utc_stays_so(add, tallying, read, database, tenant):
    """As an upgrade finds it: days of UTC, and runs that go on without the day that they were counted in."""
    [waits] = add(tenant.id, utc(2026, 11, 20, 3), state="waiting", waiting_for="approval")
    now = utc(2026, 11, 20, 16)
    with database.unit(tenant.id) as uow:
        uow.session.add(TallyZone(since=EVER, zone="UTC"))
    tallying.catch_up(now)
    with database.unit(tenant.id) as uow:
        assert uow.session.scalars(select(RunTally.starts_at).where(RunTally.grain == "d")).all()[0] == utc(
            2026, 11, 20
        )
        uow.session.execute(update(RunOpen).values(day_at=None))
    assert tallying.note_zones(now) == 1
    with database.unit(tenant.id) as uow:
        uow.session.execute(delete(Run).where(Run.id == waits))
    add(tenant.id, utc(2026, 11, 21, 7), utc(2026, 11, 21, 9))
    later = utc(2026, 11, 22, 16)
    assert tallying.look_again(later) == 1
    tallying.catch_up(later)
    found = read(tenant.id, later)
    assert bars(found) == {("2026-11-21", "UTC"): 1, ("2026-11-21", LA): 1}
    assert found.waiting == []
    with database.unit(tenant.id, read_only=True) as uow:
        assert uow.session.query(RunTally).filter(RunTally.runs <= 0).count() == 0


def test_a_zone_that_nobody_knows_stops_nobody(add, tallying, read, zone, database, tenant):
    zone(tenant.id, "Mars/Olympus")
    add(tenant.id, utc(2026, 11, 20, 7))
    now = utc(2026, 11, 20, 16)
    assert tallying.catch_up(now) == 1
    assert tallying.note_zones(now) == 1
    assert bars(read(tenant.id, now)) == {("2026-11-20", "UTC"): 1}


def test_zones_of_long_ago_are_forgotten(add, tallying, read, zone, database, tenant):
    now = utc(2026, 11, 20, 16)
    add(tenant.id, utc(2026, 11, 20, 7))
    tallying.catch_up(now)
    for number, name in enumerate((BERLIN, KOLKATA)):
        zone(tenant.id, name)
        tallying.note_zones(now + timedelta(days=10 * number))
    tallying.forget(now + timedelta(days=405))
    with database.unit(tenant.id, read_only=True) as uow:
        assert list(uow.session.scalars(select(TallyZone.zone).order_by(TallyZone.since))) == [BERLIN, KOLKATA]
        assert uow.session.query(RunTally).count() == 0


def test_reading_costs_as_many_statements_as_before(add, tallying, read, database, tenant, workflow_id):
    """To know whose days they are is one more, how far counting has come one less."""
    add(tenant.id, utc(2026, 11, 20, 7), workflow_id=workflow_id, step="order")
    now = utc(2026, 11, 20, 16)
    tallying.catch_up(now)
    seen = []
    with database.unit(tenant.id, read_only=True) as uow:
        workflow = uow.session.get(Workflow, workflow_id)
        assert uow.now
        engine = uow.session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *told: seen.append(told[2]))
        insights(uow, Period.MONTH)
        assert len(seen) == 9, seen
        seen.clear()
        heat(uow, workflow, Span.MONTH)
        assert len(seen) == 5, seen


names = st.sampled_from((LA, BERLIN, KOLKATA, "UTC", "Pacific/Auckland", "Australia/Lord_Howe", "America/Havana"))
hours = st.integers(0, 9 * 24 * 4).map(lambda quarter: timedelta(minutes=15 * quarter))


@given(names, st.lists(st.tuples(hours, names), max_size=3), st.lists(hours, min_size=1, max_size=12))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_run_is_in_the_day_that_holds_it_whatever_zones_there_were(
    database, add, zone, tallying, read, first, changes, runs
):
    """In a fortnight in which both halves of the world change their clocks; half of the runs end later."""
    tenant, begun = make_tenant(database), utc(2026, 10, 24, 5)
    zone(tenant.id, first)
    with database.across() as uow:
        uow.session.execute(delete(Run))
        uow.session.execute(update(RunWalk).values(run_id=UUID(int=0)))
    went = sorted(begun + after for after in runs)
    waiting = add(tenant.id, *went[::2], state="waiting", waiting_for="timer")
    add(tenant.id, *went[1::2])
    for after, name in sorted(changes, key=lambda one: one[0]):
        tallying.catch_up(begun + after)
        zone(tenant.id, name)
        tallying.note_zones(begun + after)
    now = begun + timedelta(days=12)
    tallying.catch_up(now)
    with database.unit(tenant.id) as uow:
        uow.session.execute(update(Run).where(Run.id.in_(waiting)).values(state="failed", finished_at=now))
    tallying.look_again(now)
    found = read(tenant.id, now, Period.MONTH)
    held = Counter(next(one.starts_at for one in found.stretches if one.starts_at <= at < one.ends_at) for at in went)
    assert {one.starts_at: one.runs for one in found.stretches if one.runs} == held
    assert found.whole.states == Counter(failed=len(went[::2])) + Counter(succeeded=len(went[1::2]))
    for one in found.stretches:
        local = ZoneInfo(one.time_zone)
        assert one.starts_at.astimezone(local).date() == one.day
        assert (one.ends_at - timedelta(seconds=1)).astimezone(local).date() == one.day
