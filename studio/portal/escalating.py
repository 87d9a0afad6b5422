"""How escalation reads: who is on it, who is asked next and when, what has been escalated."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.approvals import escalation, people
from studio.approvals.clock.delays import Delay, Unit
from studio.approvals.escalation import How, Mode, Plan, Then
from studio.approvals.models import Escalation
from studio.approvals.outcomes import AssignmentState, RequestState
from studio.approvals.people import Person
from studio.approvals.service import fallback, timers
from studio.approvals.service.listing import Item
from studio.approvals.service.reading import Details
from studio.core import formats
from studio.core.unit_of_work import UnitOfWork
from studio.portal.events import Event

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Escalations:
    """What comes next of the rows of a list, and who is on some of them."""

    plans: Mapping[UUID, Escalation]
    people: Mapping[UUID, Person]


def of_rows(uow: UnitOfWork, items: Collection[Item]) -> Escalations:
    """For one page of an inbox, in two queries at most."""
    plans = timers.of_all(uow, (item.request for item in items))
    on_it = {row.acknowledged_by for row in plans.values() if row.acknowledged_by is not None}
    return Escalations(plans, people.by_ids(uow, on_it) if on_it else {})


def row_line(item: Item, found: Escalations, now: datetime) -> str:
    """What comes next of a row, in a few words; empty where nothing does."""
    row = found.plans.get(item.request.id)
    if row is None or row.next_at is None:
        return ""
    person = found.people.get(row.acknowledged_by) if row.acknowledged_by is not None else None
    return _next(row, person.name if person is not None else "", now)


def may_acknowledge(item: Item, found: Escalations, now: datetime) -> bool:
    """Whether whoever reads a row of their own may hold the next step back from there."""
    row = found.plans.get(item.request.id)
    if row is None or row.next_at is None or row.next_at <= now or item.share is None:
        return False
    in_time = item.request.due_at is None or item.request.due_at > now
    return in_time and item.request.state == RequestState.PENDING and row.acknowledged_by is None


def lines(found: Details) -> list[str]:
    """Who is on it or what comes next, and what that means, for the decision page; empty where nothing does."""
    row = found.escalation
    if row is None or row.next_at is None or not found.open or found.overdue:
        return []
    name = found.name_of(row.acknowledged_by) or "" if row.acknowledged_by is not None else ""
    said = [_next(row, name, found.now)]
    plan = escalation.from_json(row.plan)
    level = plan.level(row.step)
    if row.acknowledged_by is not None:
        said.append(_("Unless it is decided by then, it goes on escalating."))
    elif level is not None and level.how is How.REPLACE:
        said.append(_("Whoever is asked now can no longer decide then."))
    return [str(one) for one in said]


def holds(found: Details) -> str:
    """What the button does."""
    if found.escalation is None:
        return ""
    held = lasting(escalation.from_json(found.escalation.plan).acknowledge)
    if found.request.due_at is None:
        return str(_("Holds this back for %(time)s.", time=held))
    return str(_("Holds this back for %(time)s. The deadline runs on.", time=held))


def done_words(row: Escalation) -> str:
    """What pressing the button has done."""
    until = formats.at(row.next_at) if row.next_at is not None else ""
    return str(_("You are on it: nobody else is asked before %(until)s.", until=until))


def events(found: Details) -> list[Event]:
    """From whom it was taken when, and who is on it now, for the history."""
    made = []
    for share in found.shares:
        if share.row.state == AssignmentState.ESCALATED_AWAY and share.row.closed_at is not None:
            name = share.person.name if share.person else _("Somebody without a seat")
            made.append(Event(share.row.closed_at, _("%(name)s had not answered, so others were asked", name=name)))
    row = found.escalation
    if row is not None and row.held_at is not None and row.acknowledged_by is not None:
        name = found.name_of(row.acknowledged_by) or _("Somebody without a seat")
        made.append(Event(row.held_at, _("%(name)s is on it", name=name)))
    return made


def lasting(delay: Delay) -> str:
    """An amount of time in words."""
    n = delay.amount
    match delay.unit:
        case Unit.MINUTES:
            words = ngettext("%(num)d minute", "%(num)d minutes", n)
        case Unit.HOURS:
            words = ngettext("%(num)d hour", "%(num)d hours", n)
        case Unit.DAYS:
            words = ngettext("%(num)d day", "%(num)d days", n)
        case Unit.WORKING_HOURS:
            words = ngettext("%(num)d working hour", "%(num)d working hours", n)
        case _:
            words = ngettext("%(num)d working day", "%(num)d working days", n)
    return str(words)


def _next(row: Escalation, on_it: str, now: datetime) -> str:
    """One sentence."""
    if row.next_at is None:
        return ""
    if row.acknowledged_by is not None:
        who, until = on_it or _("Somebody without a seat"), formats.soon(row.next_at)
        return str(_("%(name)s is on it until %(until)s.", name=who, until=until))
    plan = escalation.from_json(row.plan)
    when = _when(row.next_at, now)
    level = plan.level(row.step)
    if level is None:
        return _last(plan, when)
    names = fallback.names(level.targets)
    if level.mode is Mode.TURN and len(_slots(plan, row.step)) > 1:
        names = _("one of %(names)s", names=names)
    return str(_("Escalates to %(names)s %(when)s.", names=names, when=when))


def _slots(plan: Plan, step: int) -> Sequence[object]:
    level = plan.level(step)
    return [one for target in level.targets for one in (target.people or (target,))] if level is not None else []


def _last(plan: Plan, when: str) -> str:
    words: dict[Then, str] = {
        Then.DECLINE: _("If nobody answers, it is declined %(when)s.", when=when),
        Then.EXPIRE: _("If nobody answers, it expires %(when)s.", when=when),
        Then.APPROVE: _("If nobody answers, it counts as agreed %(when)s.", when=when),
        Then.WAIT: "",
    }
    return words[plan.then]


def _when(moment: datetime, now: datetime) -> str:
    left = moment - now
    if left <= timedelta():
        return str(_("at this moment"))
    if left < DAY:
        return str(_("in %(left)s", left=formats.lasting(left.total_seconds())))
    return str(_("on %(when)s", when=formats.soon(moment)))
