"""Alerts in words: how far one is, what comes next, what happened to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _

from studio.approvals import people
from studio.approvals.people import Person
from studio.approvals.service import fallback
from studio.core import formats
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import rows
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert, AlertNote
from studio.portal.chips import Chip
from studio.portal.events import Event

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Shown:
    """All that a page says of one alert."""

    row: Alert
    title: str
    lines: list[str]
    where: str
    """Where it is mended, below the public address."""
    next: str
    events: list[Event]
    going_on: bool
    mine: bool
    """Whoever reads is on it."""
    free: bool
    """Nobody is on it."""
    further: bool
    """There is a level that was not told yet."""


def shown(uow: UnitOfWork, row: Alert, reader: UUID | None) -> Shown:
    """Gather it."""
    kind, notes = rows.kind_of(row), rows.notes(uow, row)
    seated = people.by_ids(uow, {one for one in (*(note.by for note in notes), *_named(row)) if one is not None})
    going_on = rows.is_going_on(row)
    return Shown(
        row=row, title=kind.title(row), lines=kind.lines(uow, row), where=kind.path(row),
        next=upcoming(row, seated, uow.now), events=[_event(note, seated) for note in notes], going_on=going_on,
        mine=row.state == State.ACKNOWLEDGED and row.acknowledged_by == reader, free=row.state == State.OPEN,
        further=going_on and row.step < rows.plan_of(row).steps,
    )  # fmt: skip


def of_rows(uow: UnitOfWork, found: Collection[Alert]) -> Mapping[UUID, Person]:
    """The people whom a list names, in one query."""
    return people.by_ids(uow, {one for row in found for one in _named(row) if one is not None})


def title(row: Alert) -> str:
    """What happens."""
    return rows.kind_of(row).title(row)


def state(row: Alert) -> Chip:
    """How far it is."""
    if row.state == State.OPEN:
        return Chip(_("Put off"), "wait") if row.snoozed else Chip(_("Open"), "bad")
    return Chip(_("Somebody is on it"), "run") if row.state == State.ACKNOWLEDGED else Chip(_("Over"), "good")


def upcoming(row: Alert, seated: Mapping[UUID, Person], now: datetime) -> str:
    """What comes next by itself, in a sentence."""
    if row.state == State.RESOLVED:
        return ""
    if row.state == State.ACKNOWLEDGED:
        return str(_("%(name)s is on it. Nobody else is told.", name=_name(row.acknowledged_by, seated)))
    if row.next_at is None:
        return str(
            _("Everybody who is to be told was told.") if row.step else _("Nobody is told: it only stands here.")
        )
    if row.snoozed:
        return str(_("%(name)s put it off and is reminded %(when)s.", name=_name(row.snoozed_by, seated),
                     when=_when(row.next_at, now)))  # fmt: skip
    level = rows.plan_of(row).level(row.step)
    names = fallback.names(level.targets) if level is not None else ""
    if row.held_until is not None:
        return str(_("Quiet hours: %(names)s are told %(when)s.", names=names, when=_when(row.next_at, now)))
    return str(_("If nobody is on it, %(names)s are told %(when)s.", names=names, when=_when(row.next_at, now)))


def count(number: int) -> str:
    """What stands beside the entry of the navigation."""
    return "" if not number else formats.number(number) if number < 100 else "99+"


def _event(note: AlertNote, seated: Mapping[UUID, Person]) -> Event:
    name = _name(note.by, seated)
    said = {
        "opened": _("It was found"), "held": _("Quiet hours hold it back until their end"),
        "told": _("%(name)s was told", name=name), "reminded": _("%(name)s was reminded", name=name),
        "nobody": _("Nobody was there to be told"), "acknowledged": _("%(name)s is on it", name=name),
        "snoozed": _("%(name)s put it off", name=name), "handed": _("%(name)s had the next level told", name=name),
        "resolved": _("%(name)s said that it is over", name=name), "recovered": _("It works again"),
        "cleared": _("The workflow said that it is over"), "ended": _("It was turned off"),
    }  # fmt: skip
    return Event(note.at, str(said[note.what]))


def _named(row: Alert) -> tuple[UUID | None, ...]:
    return row.acknowledged_by, row.snoozed_by, row.resolved_by


def _name(user_id: UUID | None, seated: Mapping[UUID, Person]) -> str:
    person = seated.get(user_id) if user_id is not None else None
    return person.name if person is not None else str(_("Somebody without a seat"))


def _when(moment: datetime, now: datetime) -> str:
    left = moment - now
    if left <= timedelta():
        return str(_("at this moment"))
    if left < DAY:
        return str(_("in %(left)s", left=formats.lasting(left.total_seconds())))
    return str(_("on %(when)s", when=formats.soon(moment)))
