"""What an inbox is asked for, and the conditions that this puts on its rows."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, Text, and_, cast, exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from studio.approvals.models import Assignment, Escalation, Request
from studio.approvals.outcomes import LIVE, AssignmentState
from studio.core.unit_of_work import UnitOfWork


class Tab(StrEnum):
    """The inbox's tabs."""

    PENDING = "pending"
    SNOOZED = "snoozed"
    DONE = "done"


class Due(StrEnum):
    """Which deadlines are asked for."""

    OVERDUE = "overdue"
    TODAY = "today"
    """Still to come, before the reader's day ends."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of an inbox says."""

    tab: Tab = Tab.PENDING
    search: str = ""
    workflow_id: UUID | None = None
    requester: str | None = None
    """Address of whoever asked for it."""
    due: Due | None = None
    day_ends: datetime | None = None
    """When the reader's day is over; needed with `Due.TODAY`."""
    asked: UUID | None = None
    """Of whom it is asked and still open; within everybody's requests alone."""
    group: str | None = None
    """Of which group, by its name, somebody is asked and has not answered."""
    escalated: bool = False
    """Whether a level of its plan, or its fallback approvers, had to be asked."""
    everybody: bool = False
    """Everybody's requests instead of one's own share; for seats that may read all."""
    after: str | None = None
    """Cursor of the page before."""

    @property
    def by_time_left(self) -> bool:
        """Whether this is a list of what waits; everybody's knows no snoozing."""
        return self.tab is Tab.PENDING or (self.everybody and self.tab is not Tab.DONE)

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out that the tab has."""
        return bool(
            self.search or self.workflow_id or self.requester or self.due or self.asked or self.group or self.escalated
        )


def narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    """What is asked for by words, workflow and people: no index has it."""
    conditions: list[ColumnElement[bool]] = []
    if filters.search:
        words = filters.search
        facts = cast(Request.facts, Text).icontains(words, autoescape=True)
        conditions.append(or_(Request.title.icontains(words, autoescape=True), facts))
    if filters.workflow_id is not None:
        conditions.append(Request.workflow_id == filters.workflow_id)
    if filters.requester is not None:
        conditions.append(Request.requester_email == filters.requester.strip().lower())
    if filters.asked is not None and filters.everybody:
        theirs = select(Assignment.request_id).where(Assignment.user_id == filters.asked, live())
        conditions.append(Request.id.in_(theirs))
    if filters.group is not None:
        conditions.append(_asked_of(filters.group))
    if filters.escalated:
        begun = or_(Escalation.step > 0, Escalation.fallback_stage.is_not(None))
        conditions.append(exists().where(Escalation.request_id == Request.id, begun))
    return conditions


def _asked_of(group: str) -> ColumnElement[bool]:
    share = aliased(Assignment)  # the list's own rows may be shares as well
    named = and_(share.why["kind"].as_string() == "group", share.why["name"].as_string() == group)
    return exists().where(share.request_id == Request.id, share.state.in_(LIVE), named)


def due(uow: UnitOfWork, filters: Filters) -> list[ColumnElement[bool]]:
    """By the column that pending ones are sorted by: its index has them side by side."""
    until = Request.sort_at if filters.everybody else Assignment.sort_at
    if filters.due is Due.OVERDUE:
        return [until <= uow.now]
    if filters.due is Due.TODAY:
        return [until > uow.now, until < (filters.day_ends or uow.now)]
    return []


def pending(now: datetime) -> ColumnElement[bool]:
    """Open, or snoozed until a moment that has passed: nothing has to run for it to come back."""
    woken = and_(Assignment.state == AssignmentState.SNOOZED, Assignment.snoozed_until <= now)
    return and_(live(), or_(Assignment.state == AssignmentState.OPEN, woken))


def live() -> ColumnElement[bool]:
    """Open or put off."""
    return Assignment.state.in_([written_out(state) for state in LIVE])


def snoozed(now: datetime) -> ColumnElement[bool]:
    """Put off, and not yet back."""
    return and_(Assignment.state == written_out(AssignmentState.SNOOZED), Assignment.snoozed_until > now)


def written_out(state: StrEnum) -> SQLColumnExpression[str]:
    """A state as part of the statement's text: an index of some states is used only where both databases see them."""
    return literal_column(f"'{state.value}'", Text())
