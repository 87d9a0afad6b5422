"""An edited calendar: what would move is shown, moves when it is asked for, and loses against whoever decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from studio.approvals import service
from studio.approvals.deadlines import Duration, deadline
from studio.approvals.models import Link, Request
from studio.approvals.outcomes import Outcome
from studio.approvals.service import calendars, links, pausing, recounting
from studio.approvals.service.calendars import CalendarSave
from studio.audit.models import AuditEvent
from studio.contract.approving import (
    ApprovalDelay,
    ApprovalPart,
    ApprovalRule,
    ApprovalStage,
)
from studio.core import outbox
from studio.core.errors import Conflict, InvalidInput
from tests.factories.approvals import make_ask
from tests.factories.escalations import HOUR as HOURLY
from tests.factories.escalations import level, make_escalating, plan_of
from tests.factories.timetables import make_calendar

ALWAYS = [["00:00-24:00"]] * 7
HOUR = timedelta(hours=1)


@pytest.fixture
def asked(database, tenant, jonas, lena):
    """A request that has eight hours by a calendar that is always open, and reminds two before."""
    calendar_id = make_calendar(database, tenant, time_zone="UTC", week=ALWAYS)
    with database.unit(tenant.id) as uow:
        ends = deadline(
            uow, uow.now, Duration(amount=8, unit="working_hours"), Duration(amount=2, unit="working_hours")
        )
        ask = make_ask([jonas, lena], due_at=ends.due_at, remind_at=ends.remind_at, calendar_id=ends.calendar_id,
                       counted=ends.counted)  # fmt: skip
        return calendar_id, service.request(uow, ask), uow.now


def edit(database, tenant, calendar_id, **changed):
    """A day off tomorrow and today moves everything by so much; by default the day off is the asking's own."""
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        save = CalendarSave("Office hours", "UTC", changed.get("week", ALWAYS), changed.get("holidays", ()))
        calendars.change(uow, calendar_id, save)


def days_off(now):
    return [{"date": (now + timedelta(days=n)).date().isoformat(), "name": "Off"} for n in (0, 1)]


def test_a_calendar_edited_midway_moves_what_is_open_where_somebody_asks_for_it(database, tenant, asked, jonas):
    calendar_id, request_id, now = asked
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        assert recounting.plan(uow, calendar_id).moves == ()
        share = service.details(uow, request_id).shares[0].row
        links.mint(uow, share, uow.session.get(Request, request_id))
        old = uow.session.get(Request, request_id).due_at
        stale = recounting.plan(uow, calendar_id).shown
    edit(database, tenant, calendar_id, holidays=days_off(now))
    midnight = (now + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        plan = recounting.plan(uow, calendar_id)
        [move] = plan.moves
        assert (move.due.before, move.due.after) == (old, midnight + 8 * HOUR)
        assert (move.remind.before, move.remind.after) == (old - 2 * HOUR, midnight + 6 * HOUR)
        assert uow.session.get(Request, request_id).due_at == old, "looking moves nothing"
        with pytest.raises(Conflict) as refused:
            recounting.apply(uow, calendar_id, stale)
        assert refused.value.code == "calendar_changed"
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        assert recounting.apply(uow, calendar_id, plan.shown) == 1
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        request = uow.session.get(Request, request_id)
        assert (request.due_at, request.remind_at) == (midnight + 8 * HOUR, midnight + 6 * HOUR)
        assert uow.session.scalars(select(Link.expires_at)).one() == request.due_at
        assert recounting.apply(uow, calendar_id, plan.shown) == 0, "nothing is left to move"
        recorded = [one for one in uow.session.scalars(select(AuditEvent.action)) if "deadline" in one]
        assert sorted(recorded) == ["approval.deadline_moved", "calendar.deadlines_moved"]
        service.expire(uow, request_id)
        assert uow.session.get(Request, request_id).open, "the old timer, rung late, ends nothing"
    while outbox.drain(database):
        pass


def test_what_is_settled_over_or_counted_by_nobody_knows_what_stays(database, tenant, asked, jonas):
    calendar_id, request_id, now = asked
    with database.unit(tenant.id) as uow:
        service.request(uow, make_ask([jonas], due_at=now + HOUR, calendar_id=calendar_id))
    edit(database, tenant, calendar_id, holidays=days_off(now))
    with database.unit(tenant.id, jonas.actor) as uow:
        plan = recounting.plan(uow, calendar_id)
        assert (len(plan.moves), plan.unknown) == (1, 1)
        seen = uow.session.get(Request, request_id).shown
        service.approve(uow, request_id, shown=seen)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        before = uow.session.get(Request, request_id).due_at
        assert recounting.apply(uow, calendar_id, plan.shown) == 0
        assert uow.session.get(Request, request_id).due_at == before


def test_a_calendar_with_no_working_time_is_refused_and_moves_nothing(database, tenant, asked):
    calendar_id, _request_id, _now = asked
    with pytest.raises(InvalidInput):
        edit(database, tenant, calendar_id, week=[[]] * 7)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        assert recounting.plan(uow, calendar_id).moves == ()


@pytest.fixture
def escalating(database, tenant, jonas, lena):
    """It escalates after two working hours, and again after two."""
    calendar_id = make_calendar(database, tenant, time_zone="UTC", week=ALWAYS)
    steps = level(lena, after=ApprovalDelay(2, "working_hours", "Office hours"), field="escalate.0")
    request_id = make_escalating(database, tenant, [jonas], steps, plan={"acknowledge_for": HOURLY, "loops": 1})
    with database.unit(tenant.id) as uow:
        return calendar_id, request_id, uow.session.get(Request, request_id).created_at


def move_all(database, tenant, calendar_id):
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        return recounting.apply(uow, calendar_id, recounting.plan(uow, calendar_id).shown)


def test_the_next_level_moves_as_well_and_comes_once(database, tenant, escalating, jonas):
    calendar_id, request_id, now = escalating
    edit(database, tenant, calendar_id, holidays=days_off(now))
    midnight = (now + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.unit(tenant.id, tenant["admin"].actor) as uow:
        [move] = recounting.plan(uow, calendar_id).moves
        assert (move.due, move.level.before, move.level.after) == (None, now + 2 * HOUR, midnight + 2 * HOUR)
    assert move_all(database, tenant, calendar_id) == 1
    row = plan_of(database, tenant, request_id)
    assert (row.next_at, row.step) == (midnight + 2 * HOUR, 0)
    while outbox.drain(database):
        pass
    assert plan_of(database, tenant, request_id).step == 0, "the old timer escalates nothing"
    edit(database, tenant, calendar_id)
    with database.unit(tenant.id, jonas.actor) as uow:
        service.acknowledge(uow, request_id)
    assert move_all(database, tenant, calendar_id) == 1
    row = plan_of(database, tenant, request_id)
    assert (row.held_next_at, row.next_at > now + HOUR) == (now + 2 * HOUR, True)
    assert move_all(database, tenant, calendar_id) == 0


def test_what_stands_still_moves_as_well_and_goes_on_with_what_is_left(database, tenant, asked, jonas, lena):
    calendar_id, _other, now = asked
    rule = ApprovalRule([ApprovalStage([ApprovalPart([f"user:{jonas.email}"])])], changes="wait")
    with database.unit(tenant.id) as uow:
        ends = deadline(uow, uow.now, Duration(amount=8, unit="working_hours"), None)
        request_id = service.request(uow, make_ask([jonas], rule=rule, due_at=ends.due_at, counted=ends.counted,
                                                   calendar_id=ends.calendar_id))  # fmt: skip
    with database.unit(tenant.id, jonas.actor) as uow:
        seen = uow.session.get(Request, request_id).shown
        service.decide(uow, request_id, Outcome.CHANGES_REQUESTED, shown=seen, reason="By when?")
    edit(database, tenant, calendar_id, holidays=days_off(now))
    assert move_all(database, tenant, calendar_id) == 2
    midnight = (now + timedelta(days=2)).replace(hour=0, minute=0, second=0, microsecond=0)
    with database.unit(tenant.id, jonas.actor) as uow:
        request = uow.session.get(Request, request_id)
        assert (request.due_at, request.paused_due_at) == (None, midnight + 8 * HOUR)
        kept = uow.session.get(Request, request_id).counted
        pausing.go_on(uow, request)
        assert (request.due_at, request.counted != kept) == (midnight + 8 * HOUR, True)
    edit(database, tenant, calendar_id)
    assert move_all(database, tenant, calendar_id) == 2
    with database.unit(tenant.id) as uow:
        assert abs(uow.session.get(Request, request_id).due_at - uow.now - 8 * HOUR) < timedelta(minutes=1)
