"""Schedules of who is on call: made, edited, overridden for a time, and asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from studio import audit
from studio.approvals import people
from studio.approvals.clock.arithmetic import YEARS
from studio.approvals.clock.instants import moment
from studio.approvals.clock.reading import zone_names
from studio.approvals.people import Person
from studio.approvals.schedules.rotation import Override, Rotation, Shift, on_call, timeline
from studio.approvals.timetables import OnCallOverride, OnCallSchedule
from studio.core import ids, tenancy
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork

MOST_PEOPLE, MOST_DAYS, MOST_OVERRIDES, MOST = 50, 364, 200, 100
SHOWN = timedelta(days=14)
"""How far a page's timeline goes."""


@dataclass(frozen=True, slots=True)
class ScheduleSave:
    """A schedule as it shall be."""

    name: str
    time_zone: str
    starts: datetime
    """A handover on the wall clock, without a zone."""
    days: int
    people: Sequence[UUID]
    """In the order of their turns."""


def every(uow: UnitOfWork) -> list[OnCallSchedule]:
    """All of them, by name."""
    return list(uow.session.scalars(select(OnCallSchedule).order_by(OnCallSchedule.name_key)))


def get(uow: UnitOfWork, schedule_id: UUID | None) -> OnCallSchedule:
    """One schedule. Raises NotFound."""
    return tenancy.get(uow.session, OnCallSchedule, schedule_id, "schedule")


def find(uow: UnitOfWork, name: str) -> OnCallSchedule | None:
    """The schedule of that name."""
    return uow.session.scalar(select(OnCallSchedule).where(OnCallSchedule.name_key == _key(name)))


def create(uow: UnitOfWork, save: ScheduleSave) -> OnCallSchedule:
    """Make one. Raises InvalidInput with the field, Conflict where the name is taken."""
    if (uow.session.scalar(select(func.count()).select_from(OnCallSchedule)) or 0) >= MOST:
        raise Conflict(_("A workspace has at most %(most)s schedules.", most=MOST), code="too_many_schedules")
    row = OnCallSchedule(id=ids.new_id(), created_at=uow.now)
    _fill(uow, row, save)
    uow.session.add(row)
    uow.session.flush()
    audit.record(uow, "schedule.created", targets=[_target(row)])
    return row


def change(uow: UnitOfWork, schedule_id: UUID, save: ScheduleSave) -> OnCallSchedule:
    """Edit one, from now on. Requests that are open keep whom they asked. Raises as create()."""
    row = get(uow, schedule_id)
    before = _facts(uow, row)
    _fill(uow, row, save)
    now = _facts(uow, row)
    changed = [
        audit.Change(name, before[name], now[name], personal=name == "people")
        for name in before
        if before[name] != now[name]
    ]
    if changed:
        audit.record(uow, "schedule.changed", targets=[_target(row)], changes=changed)
    return row


def remove(uow: UnitOfWork, schedule_id: UUID) -> None:
    """Delete one with its overrides. Requests that are open keep whom they asked."""
    row = get(uow, schedule_id)
    audit.record(uow, "schedule.deleted", targets=[_target(row)])
    uow.session.execute(delete(OnCallOverride).where(OnCallOverride.schedule_id == row.id))
    uow.session.delete(row)


def overrides(uow: UnitOfWork, row: OnCallSchedule) -> list[OnCallOverride]:
    """Those that are not over yet, by their beginning."""
    query = select(OnCallOverride).where(OnCallOverride.schedule_id == row.id, OnCallOverride.ends_at > uow.now)
    return list(uow.session.scalars(query.order_by(OnCallOverride.starts_at)))


def override(uow: UnitOfWork, schedule_id: UUID, user_id: UUID, start: datetime, end: datetime) -> OnCallOverride:
    """Put somebody else on call for a time. Raises InvalidInput, and Conflict where another override lies in it."""
    locked = select(OnCallSchedule).where(OnCallSchedule.id == schedule_id).with_for_update()
    row = uow.session.scalar(locked) or get(uow, schedule_id)
    _sensible(start, "start")
    _sensible(end, "end")
    if end <= max(start, uow.now):
        raise InvalidInput(_("The end must lie behind the beginning, and in the future."), field="end")
    _seated(uow, [user_id], "user_id")
    held = overrides(uow, row)
    if any(one.starts_at < end and start < one.ends_at for one in held):
        raise Conflict(_("There is an override in this time. Take it away first."), code="overlap", field="start")
    if len(held) >= MOST_OVERRIDES:
        raise Conflict(_("A schedule has at most %(most)s overrides ahead.", most=MOST_OVERRIDES), code="too_many")
    made = OnCallOverride(id=ids.new_id(), schedule_id=row.id, user_id=user_id, starts_at=start, ends_at=end)
    uow.session.add(made)
    uow.session.flush()
    audit.record(uow, "schedule.overridden", targets=[_target(row)], metadata=_told(made))
    return made


def override_locally(
    uow: UnitOfWork, schedule_id: UUID, user_id: UUID, start: datetime, end: datetime
) -> OnCallOverride:
    """The same, between times of the schedule's own wall clock. Raises as override()."""
    zone = ZoneInfo(get(uow, schedule_id).time_zone)
    _sensible(start, "start")
    _sensible(end, "end")
    return override(uow, schedule_id, user_id, moment(zone, start), moment(zone, end))


def take_away(uow: UnitOfWork, schedule_id: UUID, override_id: UUID) -> None:
    """Let the turns hold again. Raises NotFound."""
    row = get(uow, schedule_id)
    held = tenancy.get(uow.session, OnCallOverride, override_id, "override")
    if held.schedule_id != row.id:
        raise NotFound(_("This schedule has no such override."), resource=f"override:{override_id}")
    audit.record(uow, "schedule.override_removed", targets=[_target(row)], metadata=_told(held))
    uow.session.delete(held)


def now_on_call(uow: UnitOfWork, row: OnCallSchedule, at: datetime | None = None) -> Person | None:
    """Who is on call now, or at a moment; None where they have no seat here any more. Raises InvalidInput."""
    _sensible(at or uow.now, "at")
    return people.by_id(uow, on_call(_rotation(row), _exceptions(uow, row), at or uow.now))


def ahead(uow: UnitOfWork, row: OnCallSchedule) -> list[tuple[Shift, Person | None]]:
    """The next two weeks, stretch by stretch."""
    shifts = timeline(_rotation(row), _exceptions(uow, row), uow.now, uow.now + SHOWN)
    known = people.by_ids(uow, {shift.person for shift in shifts})
    return [(shift, known.get(shift.person)) for shift in shifts]


def turns(uow: UnitOfWork, row: OnCallSchedule) -> list[Person]:
    """Its people in the order of their turns; whoever has no seat any more is missing."""
    wanted = [UUID(one) for one in row.people]
    known = people.by_ids(uow, wanted)
    return [known[one] for one in wanted if one in known]


def _rotation(row: OnCallSchedule) -> Rotation:
    persons = tuple(UUID(one) for one in row.people)
    return Rotation(ZoneInfo(row.time_zone), persons, datetime.fromisoformat(row.starts), row.days)


def _exceptions(uow: UnitOfWork, row: OnCallSchedule) -> list[Override]:
    query = select(OnCallOverride).where(OnCallOverride.schedule_id == row.id).order_by(OnCallOverride.id)
    return [Override(one.starts_at, one.ends_at, one.user_id) for one in uow.session.scalars(query)]


def _fill(uow: UnitOfWork, row: OnCallSchedule, save: ScheduleSave) -> None:
    name = " ".join(save.name.split())
    if not 0 < len(name) <= 80:
        raise InvalidInput(_("A schedule needs a name of up to 80 letters."), field="name")
    taken = select(func.count()).where(OnCallSchedule.name_key == _key(name), OnCallSchedule.id != row.id)
    with uow.session.no_autoflush:
        if uow.session.scalar(taken.select_from(OnCallSchedule)):
            raise Conflict(_("There is a schedule of that name."), code="name_taken", field="name")
    if save.time_zone not in zone_names():
        raise InvalidInput(_("Use an IANA time zone, such as Europe/Berlin."), field="time_zone")
    if not 1 <= save.days <= MOST_DAYS:
        raise InvalidInput(_("A turn lasts from one day to %(most)s.", most=MOST_DAYS), field="days")
    _sensible(save.starts, "starts")
    if not 0 < len(save.people) <= MOST_PEOPLE:
        raise InvalidInput(_("Name from one to %(most)s people.", most=MOST_PEOPLE), code="nobody", field="people")
    _seated(uow, save.people, "people")
    row.name, row.name_key, row.time_zone, row.days = name, _key(name), save.time_zone, save.days
    row.starts = save.starts.replace(tzinfo=None).isoformat(timespec="minutes")
    row.people = [str(one) for one in save.people]


def _sensible(at: datetime, field: str) -> None:
    """Near the ends of the era dates cannot be counted on."""
    if at.year not in YEARS:
        raise InvalidInput(_("Choose a year in which somebody could be on call."), code="bad_year", field=field)


def _seated(uow: UnitOfWork, wanted: Sequence[UUID], field: str) -> None:
    known = people.by_ids(uow, wanted)
    for place, one in enumerate(wanted):
        if one not in known or not known[one].may_decide:
            path = field if field == "user_id" else f"{field}.{place}"
            raise InvalidInput(_("Everybody on call needs a seat that can decide."), code="no_seat", field=path)


def _facts(uow: UnitOfWork, row: OnCallSchedule) -> dict[str, object]:
    return {
        "name": row.name,
        "time_zone": row.time_zone,
        "starts": row.starts,
        "days": row.days,
        "people": [one.email for one in turns(uow, row)],
    }


def _told(row: OnCallOverride) -> dict[str, str]:
    return {"user": str(row.user_id), "start": row.starts_at.isoformat(), "end": row.ends_at.isoformat()}


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()[:80]


def _target(row: OnCallSchedule) -> audit.Target:
    return audit.Target("schedule", row.id, row.name)
