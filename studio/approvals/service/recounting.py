"""An edited calendar and what it has counted: which deadlines, reminders and levels would move, and moving them.

Nothing moves by itself. What is moved is looked at again under each request's lock, so whoever decides, and whatever
timer rings meanwhile, comes before or after it: `expire` reads the moment anew under the lock.
Nothing moves to where it would be over already.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Text, cast, or_, select, update

from studio import audit
from studio.approvals import escalation, trail
from studio.approvals.clock import counted
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import WORKING
from studio.approvals.models import Assignment, Escalation, Link, Request
from studio.approvals.outcomes import AssignmentState
from studio.approvals.service import calendars, timers
from studio.approvals.timetables import WorkingCalendar
from studio.core.errors import Conflict
from studio.core.unit_of_work import UnitOfWork

LOOKED_AT = 5_000
"""Open requests of a calendar that one plan looks through."""
AT_ONCE = 200
"""Requests that are moved in one transaction."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One moment that moves."""

    before: datetime | None
    """None: it had none, or had passed."""
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Move:
    """What moves of one request; None: that stays."""

    request: Request
    due: Shift | None = None
    remind: Shift | None = None
    level: Shift | None = None
    """Of its escalation, the next one."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying a calendar to what is open would do."""

    moves: tuple[Move, ...]
    """At most AT_ONCE."""
    over: int
    """Requests whose new deadline, or next level, would have passed already: they keep theirs."""
    unknown: int
    """Requests of which is not known how their deadline came about: they keep theirs."""
    more: bool
    """There may be others behind those."""
    shown: str
    """What a page of this moment posts back: which state of the calendar it is about."""


def plan(uow: UnitOfWork, calendar_id: UUID) -> Plan:
    """Look, and change nothing. Raises NotFound."""
    row = calendars.get(uow, calendar_id)
    found = _Hours(uow, row)
    moves: list[Move] = []
    over = unknown = 0
    candidates = _candidates(uow, calendar_id)
    plans = timers.of_all(uow, candidates)
    for request in candidates:
        unknown += request.counted is None and request.calendar_id == calendar_id
        move, late = _move(uow, found, request, plans.get(request.id))
        over += late
        if move is not None:
            moves.append(move)
        if len(moves) == AT_ONCE:
            break
    full = len(moves) == AT_ONCE or len(candidates) >= LOOKED_AT
    return Plan(tuple(moves), over, unknown, full, _shown(row))


def apply(uow: UnitOfWork, calendar_id: UUID, shown: str) -> int:
    """Move what the plan says, as far as it is still open; returns how many requests were moved.

    Raises NotFound; Conflict `calendar_changed` where the calendar is no longer the one that was shown.
    """
    row = calendars.get(uow, calendar_id)
    uow.session.refresh(row, with_for_update=True)
    if shown != _shown(row):
        message = _("The calendar was changed since you looked. Look at what would move now.")
        raise Conflict(message, code="calendar_changed", field="shown")
    wanted = sorted(move.request.id for move in plan(uow, calendar_id).moves)
    query = select(Request).where(Request.id.in_(wanted)).order_by(Request.id).with_for_update()
    open_ = [one for one in uow.session.scalars(query.execution_options(populate_existing=True)) if one.open]
    found, moved = _Hours(uow, row), 0
    for request in open_:
        move, _late = _move(uow, found, request, timers.of(uow, request))
        if move is not None:
            _carry_out(uow, move)
            moved += 1
    if moved:
        audit.record(
            uow,
            "calendar.deadlines_moved",
            targets=[audit.Target("calendar", row.id, row.name)],
            metadata={"requests": moved},
        )
    return moved


def _candidates(uow: UnitOfWork, calendar_id: UUID) -> list[Request]:
    """What is open and counted by it, by the index of what waits; and what escalates by it."""
    open_ = select(Request).where(Request.closed_at.is_(None)).order_by(Request.sort_at, Request.id).limit(LOOKED_AT)
    to_come = or_(Escalation.next_at.is_not(None), Escalation.paused_next_at.is_not(None))
    by_level = open_.join(Escalation, Escalation.request_id == Request.id).where(
        to_come, Escalation.started_at.is_not(None), cast(Escalation.plan, Text).contains(str(calendar_id))
    )
    found = [*uow.session.scalars(open_.where(Request.counted_by == calendar_id)), *uow.session.scalars(by_level)]
    return list(dict.fromkeys(found))[:LOOKED_AT]


class _Hours:
    """The edited calendar, and the others that its requests' reminders count by."""

    def __init__(self, uow: UnitOfWork, row: WorkingCalendar) -> None:
        self._uow, self.id, self.calendar = uow, row.id, calendars.hours_of(row)
        self._others: dict[UUID, Calendar] = {row.id: self.calendar}

    def of(self, calendar_id: UUID | None) -> Mapping[UUID, Calendar]:
        """Those known by now, with the one that is named."""
        if calendar_id is not None and calendar_id not in self._others:
            row = self._uow.session.get(WorkingCalendar, calendar_id)
            if row is not None:
                self._others[calendar_id] = calendars.hours_of(row)
        return self._others


def _move(uow: UnitOfWork, hours: _Hours, request: Request, plan: Escalation | None) -> tuple[Move | None, bool]:
    """What moves of one request, and whether something of it would be over already."""
    due, remind, late = _deadline(uow, hours, request)
    level, passed = _level(uow, hours, request, plan)
    return (Move(request, due, remind, level) if due or remind or level else None), late or passed


def _level(uow: UnitOfWork, hours: _Hours, request: Request, row: Escalation | None) -> tuple[Shift | None, bool]:
    """Where the next level moves. While somebody is on it, what comes behind that moves, whenever it was."""
    delay = escalation.from_json(row.plan).delay(row.step) if row is not None else None
    if row is None or delay is None or row.started_at is None:
        return None, False
    if delay.calendar != hours.id or delay.unit not in WORKING:
        return None, False
    running = row.paused_next_at if request.paused_at else row.next_at
    before, on_it = (row.held_next_at, True) if row.acknowledged_by else (running, False)
    since = request.paused_at or uow.now
    if before is None or (before <= since and not on_it):
        return None, False
    try:
        after = delay.after(row.started_at, hours.calendar)
    except BeyondHorizonError:
        return None, False
    if after <= since and not on_it:
        return None, True
    return (Shift(before, after) if after != before else None), False


def _deadline(uow: UnitOfWork, hours: _Hours, request: Request) -> tuple[Shift | None, Shift | None, bool]:
    before = request.paused_due_at if request.paused_at else request.due_at
    if request.calendar_id != hours.id or request.counted is None or before is None:
        return None, None, False
    since = request.paused_at or uow.now
    if before <= since:
        return None, None, False
    how = counted.from_json(request.counted)
    try:
        due_at = how.due(hours.calendar)
        remind_at = how.reminder(due_at, hours.of(how.remind.calendar if how.remind else None))
    except BeyondHorizonError:
        return None, None, False
    if due_at <= since:
        return None, None, True
    remind_at = remind_at if remind_at is not None and remind_at > since else None
    now_reminds = request.paused_remind_at if request.paused_at else request.remind_at
    if now_reminds is not None and now_reminds <= since:
        now_reminds = None
    due = Shift(before, due_at) if due_at != before else None
    return due, Shift(now_reminds, remind_at) if remind_at != now_reminds else None, False


def _carry_out(uow: UnitOfWork, move: Move) -> None:
    request, before = move.request, move.request.due_at
    if move.level is not None:
        _move_level(uow, request, move.level)
    if request.paused_at is not None:
        request.paused_due_at = move.due.after if move.due else request.paused_due_at
        request.paused_remind_at = move.remind.after if move.remind else request.paused_remind_at
    elif move.due is not None or move.remind is not None:
        trail.unschedule(uow, request)
        request.pauses += 1  # a job that is under way keeps its name
        request.due_at = move.due.after if move.due else request.due_at
        ahead = request.remind_at if request.remind_at is not None and request.remind_at > uow.now else None
        request.remind_at = move.remind.after if move.remind else ahead
        trail.schedule(uow, request)
        uow.session.flush()
        _follow(uow, request, before)
    trail.deadline_moved(uow, request, list(_changes(move)))


def _move_level(uow: UnitOfWork, request: Request, shift: Shift) -> None:
    row = timers.of(uow, request)
    assert row is not None  # noqa: S101 - it is what moves
    if row.acknowledged_by is not None:
        row.held_next_at = shift.after
    elif request.paused_at is not None:
        row.paused_next_at = shift.after
    else:
        timers.set_next(uow, row, shift.after)


def _follow(uow: UnitOfWork, request: Request, before: datetime | None) -> None:
    """Links end with the new deadline, and whoever has put it off gets it back by the next moment that counts."""
    if before is None or request.due_at is None:
        return
    theirs = select(Assignment.id).where(Assignment.request_id == request.id)
    living = Link.assignment_id.in_(theirs), Link.dead_at.is_(None), Link.expires_at == before
    uow.session.execute(update(Link).where(*living).values(expires_at=request.due_at))
    wake = min(one for one in (request.remind_at, request.due_at) if one is not None)
    asleep = Assignment.request_id == request.id, Assignment.state == AssignmentState.SNOOZED
    late = update(Assignment).where(*asleep, Assignment.snoozed_until > wake)
    uow.session.execute(late.values(snoozed_until=wake))


def _changes(move: Move) -> Iterator[audit.Change]:
    for name, shift in (("due_at", move.due), ("remind_at", move.remind), ("escalates_at", move.level)):
        if shift is not None:
            yield audit.Change(name, _iso(shift.before), _iso(shift.after))


def _iso(moment: datetime | None) -> Any:
    return moment.isoformat() if moment else None


def _shown(row: WorkingCalendar) -> str:
    return row.changed_at.isoformat()
