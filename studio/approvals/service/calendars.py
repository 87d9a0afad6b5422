"""Calendars of working hours: made, edited, found by name, and asked for points in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from studio import audit
from studio.approvals.clock import arithmetic, public_holidays, reading
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.calendar import Calendar
from studio.approvals.timetables import WorkingCalendar
from studio.contract import references
from studio.core import ids, tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork

KIND = "calendar"
"""How workflows' references to calendars are known."""
MOST = 50
"""Calendars of one workspace."""


class Working(StrEnum):
    """What working time is counted in."""

    HOURS = "working_hours"
    DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class CalendarSave:
    """A calendar as it shall be: `week` and `holidays` as `clock.reading` reads them."""

    name: str
    time_zone: str
    week: Sequence[Any]
    holidays: Sequence[Mapping[str, Any]] = ()

    @property
    def spec(self) -> dict[str, Any]:
        """The JSON form."""
        return {"time_zone": self.time_zone, "week": self.week, "holidays": self.holidays}


def every(uow: UnitOfWork) -> list[WorkingCalendar]:
    """All of them, by name."""
    return list(uow.session.scalars(select(WorkingCalendar).order_by(WorkingCalendar.name_key)))


def get(uow: UnitOfWork, calendar_id: UUID | None) -> WorkingCalendar:
    """One calendar. Raises NotFound."""
    return tenancy.get(uow.session, WorkingCalendar, calendar_id, "calendar")


def find(uow: UnitOfWork, name: str) -> WorkingCalendar | None:
    """The calendar of that name; the default for an empty one."""
    wanted = WorkingCalendar.name_key == _key(name) if _key(name) else WorkingCalendar.is_default
    return uow.session.scalar(select(WorkingCalendar).where(wanted))


def missing(uow: UnitOfWork, name: str) -> references.Missing | None:
    """Why a step's reference to a calendar leads nowhere."""
    if find(uow, name) is not None:
        return None
    if name.strip():
        message = _("There is no calendar “%(name)s”. Choose one of Settings, Calendars.", name=name[:80])
        return references.Missing("calendar.unknown", message)
    message = _("Working time needs a calendar, and this workspace has none yet. Make one in Settings, Calendars.")
    return references.Missing("calendar.none", message)


def hours_of(row: WorkingCalendar) -> Calendar:
    """The pure calendar behind a row."""
    return reading.read({"time_zone": row.time_zone, "week": row.week, "holidays": row.holidays})


def create(uow: UnitOfWork, save: CalendarSave) -> WorkingCalendar:
    """Make one; the first is the default. Raises InvalidInput with the field, Conflict where the name is taken."""
    one_at_a_time(uow, "calendar")  # two at one moment would both be the first, and so the default
    count = uow.session.scalar(select(func.count()).select_from(WorkingCalendar)) or 0
    if count >= MOST:
        raise Conflict(_("A workspace has at most %(most)s calendars.", most=MOST), code="too_many_calendars")
    row = WorkingCalendar(id=ids.new_id(), is_default=not count, created_at=uow.now)
    _fill(uow, row, save)
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "calendar.created", targets=[_target(row)])
    return row


def change(uow: UnitOfWork, calendar_id: UUID, save: CalendarSave) -> WorkingCalendar:
    """Edit one. Deadlines that were computed stay as they are. Raises as create()."""
    row = get(uow, calendar_id)
    before, old_name = _facts(row), row.name_key
    if old_name != _key(save.name):
        _unused(uow, row, "name")
    _fill(uow, row, save)
    changed = [audit.Change(name, old, new) for name, (old, new) in _differences(before, _facts(row)).items()]
    if changed:
        audit.record(uow, "calendar.changed", targets=[_target(row)], changes=changed)
    return row


def make_default(uow: UnitOfWork, calendar_id: UUID) -> None:
    """Let it stand in where a step names no calendar."""
    one_at_a_time(uow, "calendar")
    row = get(uow, calendar_id)
    if row.is_default:
        return
    before = uow.session.scalar(select(WorkingCalendar.name).where(WorkingCalendar.is_default))
    uow.session.execute(update(WorkingCalendar).where(WorkingCalendar.is_default).values(is_default=False))
    row.is_default = True
    uow.session.flush()
    audit.record(uow, "calendar.made_default", targets=[_target(row)], changes={"default": (before, row.name)})


def remove(uow: UnitOfWork, calendar_id: UUID) -> None:
    """Delete one. Raises Conflict for the default while there are others, and where a workflow names it."""
    one_at_a_time(uow, "calendar")
    row = get(uow, calendar_id)
    if row.is_default and len(every(uow)) > 1:
        raise Conflict(_("This is the default calendar. Make another one the default first."), code="is_default")
    _unused(uow, row, None)
    audit.record(uow, "calendar.deleted", targets=[_target(row)])
    uow.session.delete(row)


def add_public_holidays(uow: UnitOfWork, calendar_id: UUID, place: str, year: int) -> int:
    """Copy the public holidays of a place, such as DE-BY, for three years; returns how many were new."""
    row = get(uow, calendar_id)
    held = {one["date"] for one in row.holidays if not one["yearly"]}
    new = [one for one in public_holidays.of(place, year) if one.day.isoformat() not in held]
    more = [{"date": one.day.isoformat(), "name": one.name, "yearly": False} for one in new]
    change(uow, calendar_id, CalendarSave(row.name, row.time_zone, row.week, [*row.holidays, *more]))
    return len(new)


def after(calendar: Calendar, start: datetime, amount: int, unit: Working) -> datetime:
    """The moment (UTC) `amount` working hours or days after `start`; before it, where negative.

    Raises InvalidInput, code `beyond_calendar`, where there is none within five years.
    """
    try:
        if unit is Working.DAYS:
            return arithmetic.add_days(calendar, start, amount)
        return arithmetic.add_working(calendar, start, timedelta(hours=amount))
    except BeyondHorizonError:
        message = _("The calendar has too little working time: the end would be more than five years away.")
        raise InvalidInput(message, code="beyond_calendar") from None


def moved(uow: UnitOfWork, calendar_id: UUID | None, paused_at: datetime, moment: datetime) -> datetime | None:
    """As much working time from now as there was between two moments; None where no calendar can say."""
    row = uow.session.get(WorkingCalendar, calendar_id) if calendar_id else None
    if row is None:
        return None
    hours = hours_of(row)
    try:
        left = arithmetic.working_between(hours, paused_at, moment)
        return arithmetic.add_working(hours, uow.now, left) if left else None
    except BeyondHorizonError:
        return None


def working_left(uow: UnitOfWork, calendar_id: UUID | None, until: datetime) -> timedelta | None:
    """Working time from now until a moment; None where no calendar (or none any more) counts it."""
    row = uow.session.get(WorkingCalendar, calendar_id) if calendar_id else None
    if row is None:
        return None
    try:
        return arithmetic.working_between(hours_of(row), uow.now, until)
    except BeyondHorizonError:
        return None


def _fill(uow: UnitOfWork, row: WorkingCalendar, save: CalendarSave) -> None:
    name = " ".join(save.name.split())
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A calendar needs a name of up to 80 letters."), field="name")
    taken = select(func.count()).where(WorkingCalendar.name_key == _key(name), WorkingCalendar.id != row.id)
    with uow.session.no_autoflush:
        if uow.session.scalar(taken.select_from(WorkingCalendar)):
            raise Conflict(_("There is a calendar of that name."), code="name_taken", field="name")
    calendar = reading.read(save.spec)
    try:
        arithmetic.next_open(calendar, uow.now)
    except BeyondHorizonError:
        message = _("The holidays leave no working time within five years.")
        raise InvalidInput(message, code="no_working_time", field="holidays") from None
    written = reading.written(calendar)
    row.name, row.name_key, row.changed_at = name, _key(name), uow.now
    row.time_zone, row.week, row.holidays = written["time_zone"], written["week"], written["holidays"]


def _unused(uow: UnitOfWork, row: WorkingCalendar, field: str | None) -> None:
    named = references.users(uow, KIND, row.name)
    if row.is_default and field is None:
        named += references.users(uow, KIND, "")
    if named:
        message = _("Workflows name this calendar: %(names)s. Change them first.", names=", ".join(named[:5]))
        raise Conflict(message, code="calendar_in_use", field=field)


def _facts(row: WorkingCalendar) -> dict[str, Any]:
    return {"name": row.name, "time_zone": row.time_zone, "week": row.week, "holidays": row.holidays}


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (before[name], now[name]) for name in before if before[name] != now[name]}


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()[:80]


def _target(row: WorkingCalendar) -> audit.Target:
    return audit.Target("calendar", row.id, row.name)
