"""What is due of a workspace, under the requests' locks, read set by set: a backlog is thousands of rows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Text, cast, not_, select

from studio.approvals import escalation, people
from studio.approvals import rule as rules
from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.delays import Delay
from studio.approvals.escalation import Plan, Target
from studio.approvals.levels import Held
from studio.approvals.models import Assignment, Escalation, Request, Vote
from studio.approvals.outcomes import LIVE, RequestState
from studio.approvals.people import Person
from studio.approvals.policy import Requester
from studio.approvals.revisions import Revision
from studio.approvals.rule import Rule
from studio.approvals.service import calendars, counting, fallback, timers
from studio.approvals.timetables import WorkingCalendar
from studio.core.among import among
from studio.core.unit_of_work import UnitOfWork

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Due:
    """One request whose plan has something to do now."""

    id: UUID
    title: str
    stage: int
    sort_at: datetime
    counted_by: UUID
    rule: Rule
    """Without the places that were added to it."""
    stuck: bool
    in_slack: bool
    plan: Plan
    step: int
    jobs: int
    acknowledged_by: UUID | None
    acknowledged_share: UUID | None
    held: tuple[datetime, datetime] | None
    """Since when somebody is on it, and when the next step was due then."""
    fallback_stage: int | None
    barred: tuple[Requester, ...]
    shares: tuple[Held, ...] = ()
    """The open ones of the running stage."""
    spoken: frozenset[UUID] = frozenset()
    """Who has voted in it."""


@dataclass(slots=True)
class Batch:
    """What is due, and all that deciding it takes."""

    due: list[Due]
    overdue: list[UUID]
    """Requests whose deadline has come: that ends them, so nothing escalates."""
    seated: dict[UUID, Person]
    on_call: dict[UUID, tuple[UUID, ...]] = field(default_factory=dict)
    _hours: dict[UUID, Calendar | None] = field(default_factory=dict)
    _moments: dict[Delay, datetime] = field(default_factory=dict)

    def behind(self, targets: Iterable[Target]) -> list[UUID]:
        """The people behind targets now."""
        return [one for target in targets for one in (self._whose(target))]

    def may(self, one: Due, user_id: UUID) -> bool:
        """Whether somebody could decide it, and has not spoken."""
        person = self.seated.get(user_id)
        return person is not None and user_id not in one.spoken and counting.may_vote(person, one.rule, one.barred)

    def next_at(self, uow: UnitOfWork, plan: Plan, step: int) -> datetime | None:
        """When a step is due, the one before being done now; the same for all that wait as long."""
        delay = plan.delay(step)
        if delay is None:
            return None
        if delay not in self._moments:
            self._moments[delay] = timers.after(delay, uow.now, self.hours(uow, delay))
        return self._moments[delay]

    def hours(self, uow: UnitOfWork, delay: Delay | None) -> Calendar | None:
        """The calendar that a delay is counted by; None: the clock."""
        if delay is None or delay.calendar is None:
            return None
        if delay.calendar not in self._hours:
            row = uow.session.get(WorkingCalendar, delay.calendar)
            self._hours[delay.calendar] = calendars.hours_of(row) if row is not None else None
        return self._hours[delay.calendar]

    def _whose(self, target: Target) -> tuple[UUID, ...]:
        return self.on_call.get(target.schedule, ()) if target.schedule else target.people


_COLUMNS = (
    Request.id, Request.title, Request.stage, Request.revision, Request.sort_at, Request.due_at, Request.counted_by,
    Request.stuck_at, Request.in_slack, Request.requester_email, Request.requester_id, Request.editor_id,
    Escalation.step, Escalation.jobs, Escalation.acknowledged_by, Escalation.acknowledged_share, Escalation.held_at,
    Escalation.held_next_at, Escalation.fallback_stage,
    cast(Request.rule, Text).label("rule"), cast(Escalation.plan, Text).label("plan"),
)  # fmt: skip
"""Documents as texts: requests of one step have the same, and each is read once."""


def read(uow: UnitOfWork, most: int, own: Collection[UUID] = ()) -> Batch:
    """Lock and read what is due by the database's time, the longest due first, at most so many.

    `own` are the requests whose timers these are: they are waited for, in the order in which everybody locks requests,
    so that a timer ends only once its request has been looked at. Of the others those that somebody has locked are left
    to them and to timers of their own: two turns at once share out what is due. What is locked is read as it stands by
    then.
    """
    mine = among(uow.session, Request.id, own)
    found = _due(uow, mine) if own else []
    found += _due(uow, not_(mine), most=most - len(found))
    overdue = [row.id for row in found if row.due_at is not None and row.due_at <= uow.now]
    due = _joined(uow, [row for row in found if row.due_at is None or row.due_at > uow.now])
    plans = {id(one.plan): one.plan for one in due}.values()
    targets = {
        target
        for plan in plans
        for some in (*(level.targets for level in plan.levels), plan.fallback)
        for target in some
    }
    on_call = {one.schedule: fallback.on_call(uow, one.schedule) for one in targets if one.schedule is not None}
    batch = Batch(due, overdue, {}, on_call)
    concerned = set(batch.behind(targets))
    concerned |= {one.acknowledged_by for one in due if one.acknowledged_by is not None}
    batch.seated = people.by_ids(uow, concerned)
    return batch


def _due(uow: UnitOfWork, *which: ColumnElement[bool], most: int | None = None) -> list[Row[Any]]:
    """What is due of these. With `most` only what nobody has locked, and no more."""
    due = Escalation.next_at <= uow.now, Request.state == RequestState.PENDING
    query = select(*_COLUMNS).join(Escalation, Escalation.request_id == Request.id).where(*due, *which)
    query = query.order_by(Request.id) if most is None else query.order_by(Escalation.next_at).limit(most)
    found: Any = uow.session.execute(query.with_for_update(skip_locked=most is not None)).all()
    return list(found)


def _joined(uow: UnitOfWork, found: Sequence[Row[Any]]) -> list[Due]:
    stages = {row.id: row.stage for row in found}
    shares = _shares(uow, stages)
    spoken = _spoken(uow, stages)
    barred = _barred(uow, found)
    plans = _each_once(escalation.from_json, (row.plan for row in found))
    known = _each_once(rules.from_json, (row.rule for row in found))
    return [
        Due(
            id=row.id,
            title=row.title,
            stage=row.stage,
            sort_at=row.sort_at,
            counted_by=row.counted_by,
            rule=known[row.rule],
            stuck=row.stuck_at is not None,
            in_slack=row.in_slack,
            plan=plans[row.plan],
            step=row.step,
            jobs=row.jobs,
            acknowledged_by=row.acknowledged_by,
            acknowledged_share=row.acknowledged_share,
            held=(row.held_at, row.held_next_at) if row.held_at and row.held_next_at else None,
            fallback_stage=row.fallback_stage,
            barred=barred[row.id],
            shares=tuple(shares[row.id]),
            spoken=frozenset(spoken[row.id]),
        )
        for row in found
    ]


def _each_once(read_: Callable[[Any], Made], documents: Iterable[str]) -> dict[str, Made]:
    """What documents say, by their texts."""
    return {text: read_(orjson.loads(text)) for text in set(documents)}


def _shares(uow: UnitOfWork, stages: dict[UUID, int]) -> dict[UUID, list[Held]]:
    columns = (
        Assignment.request_id, Assignment.id, Assignment.user_id, Assignment.stage, Assignment.delegation_id,
    )  # fmt: skip
    query = select(*columns).where(among(uow.session, Assignment.request_id, stages), Assignment.state.in_(LIVE))
    found: dict[UUID, list[Held]] = defaultdict(list)
    for row in uow.session.execute(query.order_by(Assignment.id)) if stages else ():
        if row.stage == stages[row.request_id]:
            found[row.request_id].append(Held(row.id, row.user_id, row.delegation_id is not None))
    return found


def _spoken(uow: UnitOfWork, stages: dict[UUID, int]) -> dict[UUID, set[UUID]]:
    query = select(Vote.request_id, Vote.user_id, Vote.stage)
    query = query.where(among(uow.session, Vote.request_id, stages), Vote.voided_at.is_(None))
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for row in uow.session.execute(query) if stages else ():
        if row.stage == stages[row.request_id]:
            found[row.request_id].add(row.user_id)
    return found


def _barred(uow: UnitOfWork, found: Sequence[Row[Any]]) -> dict[UUID, tuple[Requester, ...]]:
    """Who must not decide, as `rows.barred` says of one."""
    named = _each_once(rules.barred, (row.rule for row in found))
    editors = {
        row.id: [*([row.editor_id] if row.editor_id is not None else ()), *sorted(named[row.rule])] for row in found
    }
    revised = [row.id for row in found if row.revision > 1]
    if revised:
        wrote = select(Revision.request_id, Revision.by_user_id).where(
            Revision.request_id.in_(revised), Revision.number > 1, Revision.by_user_id.is_not(None)
        )
        for row in uow.session.execute(wrote):
            editors[row.request_id].append(row.by_user_id)
    seated = people.by_ids(uow, {one for some in editors.values() for one in some}) if any(editors.values()) else {}
    addresses = {user_id: person.email for user_id, person in seated.items()}
    return {
        row.id: (
            Requester(row.requester_email, row.requester_id),
            *(Requester(addresses.get(one), one) for one in dict.fromkeys(editors[row.id])),
        )
        for row in found
    }
