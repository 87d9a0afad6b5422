"""Inboxes: what waits for a person, what is put off, what is done; and, for staff, everybody's requests."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.types import Uuid

from studio.approvals import quorum
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import LIVE, AssignmentState
from studio.approvals.rule import from_json
from studio.approvals.service import counting
from studio.core import ids
from studio.core.db import UtcDateTime
from studio.core.unit_of_work import UnitOfWork

PAGE = 50
LOOKED_AT = 500
"""Rows whose workflows are offered as a filter."""
WINDOW = 5_000
"""Rows that one page of a search looks through: the next one goes on behind them."""
COUNTED = 1000
"""Up to so many are counted: a number beside a word has to cost nothing on a page of many."""


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
    everybody: bool = False
    """Everybody's requests instead of one's own share; for seats that may read all."""
    after: str | None = None
    """Cursor of the page before."""

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out that the tab has."""
        return bool(self.search or self.workflow_id or self.requester or self.due or self.asked)


@dataclass(frozen=True, slots=True)
class Item:
    """One row."""

    request: Request
    share: Assignment | None
    """The reader's own; None in everybody's list."""
    decision: Decision | None
    progress: quorum.Tally | None = None
    """How far the running stage is; None: any one of those who were asked decides, or it has ended."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are, up to COUNTED."""

    number: int
    cut: bool
    """There are more than that."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows and the cursor of the next; None: that was all."""

    items: tuple[Item, ...]
    after: str | None
    whole: bool = True
    """False: not all rows have been looked through; `after` goes on behind those that were."""


def counts(uow: UnitOfWork, user_id: UUID) -> dict[Tab, Tally]:
    """How much waits and how much is put off."""
    own = Assignment.user_id == user_id
    return {
        Tab.PENDING: _tally(uow, Assignment.sort_at, own, _pending(uow.now)),
        Tab.SNOOZED: _tally(uow, Assignment.snoozed_until, own, _snoozed(uow.now)),
    }


def due_before(uow: UnitOfWork, user_id: UUID, moment: datetime) -> Tally:
    """How much of what was asked of a person, and not put off, is to be decided before a moment."""
    still = Assignment.state == AssignmentState.OPEN
    return _tally(uow, Assignment.sort_at, Assignment.user_id == user_id, _live(), still, Assignment.sort_at < moment)


def listed(uow: UnitOfWork, user_id: UUID, filters: Filters, size: int = PAGE) -> Page:
    """One page. Pending is sorted by time left, Snoozed by waking, Done by its end.

    Narrowed, it looks through at most WINDOW rows: a page may then be short, or empty, with more behind its cursor.
    """
    moment, key, _descending = _order(filters)
    query, edge = _within(uow, _behind(_base(uow, user_id, filters), filters, filters.after), filters)
    rows = uow.session.execute(_in_order(query.add_columns(moment, key), filters).limit(size + 1)).all()
    far = _progress(uow, [row[0] for row in rows])
    items = tuple(Item(row[0], row[1] if not filters.everybody else None, row[2], far.get(row[0].id)) for row in rows)
    if len(rows) <= size:
        return Page(items, _written(*edge) if edge else None, whole=edge is None)
    return Page(items[:size], _written(rows[size - 1][3], rows[size - 1][4]))


def _progress(uow: UnitOfWork, requests: Sequence[Request]) -> dict[UUID, quorum.Tally]:
    """Of open requests that need several people, all in one query, or none where there is no such."""
    rules = {request.id: from_json(request.rule) for request in requests if request.open}
    several = {request_id: rule for request_id, rule in rules.items() if not rule.plain}
    if not several:
        return {}
    said: dict[UUID, list[Vote]] = {request_id: [] for request_id in several}
    standing = Vote.request_id.in_(several), Vote.voided_at.is_(None)
    for vote in uow.session.scalars(select(Vote).where(*standing).order_by(Vote.id)):
        said[vote.request_id].append(vote)
    stages = {request.id: request.stage for request in requests}
    return {one: counting.progress(rule, said[one])[stages[one]] for one, rule in several.items()}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a tab can be filtered by."""

    workflows: tuple[tuple[UUID, str], ...]
    """By name."""
    requesters: tuple[str, ...]


def choices(uow: UnitOfWork, user_id: UUID, filters: Filters) -> Choices:
    """Workflows and requesters of a tab's first LOOKED_AT rows."""
    name = Request.context["workflow_name"].as_string().label("name")
    asked = (Request.workflow_id, Request.requester_email, name)
    first = _in_order(_base(uow, user_id, filters).with_only_columns(*asked), filters).limit(LOOKED_AT).subquery()
    pairs = select(first.c.workflow_id, first.c.requester_email, func.max(first.c.name))
    rows = uow.session.execute(pairs.group_by(first.c.workflow_id, first.c.requester_email)).all()
    named = {row[0]: row[2] or "" for row in rows if row[0] is not None}
    return Choices(
        tuple(sorted(named.items(), key=lambda one: (one[1].casefold(), one[0]))),
        tuple(sorted({row[1] for row in rows if row[1]})),
    )


def first_ids(uow: UnitOfWork, user_id: UUID, filters: Filters, since: datetime) -> list[UUID]:
    """Requests of a list's first page that were asked, or have woken, after a moment."""
    now = uow.now
    if filters.everybody:
        new: SQLColumnExpression[bool] = Request.created_at > since
    else:
        new = or_(
            Assignment.created_at > since, and_(Assignment.snoozed_until > since, Assignment.snoozed_until <= now)
        )
    every, _edge = _within(uow, _base(uow, user_id, filters), filters)
    rows = _in_order(every.with_only_columns(Request.id, new.label("new")), filters).limit(PAGE)
    return [row[0] for row in uow.session.execute(rows) if row[1]]


def _base(uow: UnitOfWork, user_id: UUID, filters: Filters) -> Select[*tuple[Any, ...]]:
    """Request, own share (or nothing), decision, under the tab's condition."""
    if filters.everybody:
        everything: Select[*tuple[Any, ...]] = select(Request, literal(None), Decision)
        return everything.outerjoin(Decision, Decision.request_id == Request.id).where(
            Request.closed_at.is_not(None) if filters.tab is Tab.DONE else Request.closed_at.is_(None)
        )
    tabs = {
        Tab.PENDING: _pending(uow.now),
        Tab.SNOOZED: _snoozed(uow.now),
        Tab.DONE: Assignment.closed_at.is_not(None),
    }
    own: Select[*tuple[Any, ...]] = select(Request, Assignment, Decision)
    return (
        own.join(Assignment, Assignment.request_id == Request.id)
        .outerjoin(Decision, Decision.request_id == Request.id)
        .where(Assignment.user_id == user_id, tabs[filters.tab])
    )


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
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
        theirs = select(Assignment.request_id).where(Assignment.user_id == filters.asked, _live())
        conditions.append(Request.id.in_(theirs))
    return conditions


def _due(uow: UnitOfWork, filters: Filters) -> list[ColumnElement[bool]]:
    """By the column that pending ones are sorted by: its index has them side by side."""
    until = Request.sort_at if filters.everybody else Assignment.sort_at
    if filters.due is Due.OVERDUE:
        return [until <= uow.now]
    if filters.due is Due.TODAY:
        return [until > uow.now, until < (filters.day_ends or uow.now)]
    return []


def _within(
    uow: UnitOfWork, query: Select[*tuple[Any, ...]], filters: Filters
) -> tuple[Select[*tuple[Any, ...]], tuple[datetime, UUID] | None]:
    """What fits the filters; with search, workflow or requester among the first WINDOW rows, and the last of those."""
    query = query.where(*_due(uow, filters))
    conditions = _narrowed(filters)
    if not conditions:
        return query, None
    moment, key, descending = _order(filters)
    places: Select[*tuple[Any, ...]] = query.with_only_columns(moment, key)
    last = uow.session.execute(_in_order(places, filters).offset(WINDOW - 1).limit(1)).one_or_none()
    if last is None:
        return query.where(*conditions), None
    edge: tuple[datetime, UUID] = (last[0], last[1])
    here, there = tuple_(moment, key), _place(edge)
    return query.where(*conditions, here >= there if descending else here <= there), edge


def _behind(query: Select[*tuple[Any, ...]], filters: Filters, after: str | None) -> Select[*tuple[Any, ...]]:
    cursor = _read(after)
    if cursor is None:
        return query
    moment, key, descending = _order(filters)
    here, there = tuple_(moment, key), _place(cursor)
    return query.where(here < there if descending else here > there)


def _place(cursor: tuple[datetime, UUID]) -> Any:
    return tuple_(literal(cursor[0], UtcDateTime()), literal(cursor[1], Uuid()))


def _in_order(query: Select[*tuple[Any, ...]], filters: Filters) -> Select[*tuple[Any, ...]]:
    moment, key, descending = _order(filters)
    return query.order_by(moment.desc(), key.desc()) if descending else query.order_by(moment, key)


def _order(filters: Filters) -> tuple[SQLColumnExpression[Any], SQLColumnExpression[Any], bool]:
    if filters.everybody:
        done = filters.tab is Tab.DONE
        return Request.closed_at if done else Request.sort_at, Request.id, done
    if filters.tab is Tab.DONE:
        return Assignment.closed_at, Assignment.id, True
    return Assignment.snoozed_until if filters.tab is Tab.SNOOZED else Assignment.sort_at, Assignment.id, False


def _tally(uow: UnitOfWork, moment: SQLColumnExpression[Any], *conditions: ColumnElement[bool]) -> Tally:
    """In the order of an index, so that it is read from there and only to the bound, not found in the whole table."""
    some = select(Assignment.id).where(*conditions).order_by(moment, Assignment.id).limit(COUNTED + 1).subquery()
    found = uow.session.scalar(select(func.count()).select_from(some)) or 0
    return Tally(min(found, COUNTED), found > COUNTED)


def _pending(now: datetime) -> ColumnElement[bool]:
    """Open, or snoozed until a moment that has passed: nothing has to run for it to come back."""
    woken = and_(Assignment.state == AssignmentState.SNOOZED, Assignment.snoozed_until <= now)
    return and_(_live(), or_(Assignment.state == AssignmentState.OPEN, woken))


def _live() -> ColumnElement[bool]:
    return Assignment.state.in_([written_out(state) for state in LIVE])


def _snoozed(now: datetime) -> ColumnElement[bool]:
    return and_(Assignment.state == written_out(AssignmentState.SNOOZED), Assignment.snoozed_until > now)


def written_out(state: StrEnum) -> SQLColumnExpression[str]:
    """A state as part of the statement's text: an index of some states is used only where both databases see them."""
    return literal_column(f"'{state.value}'", Text())


def is_cursor(text: str) -> bool:
    """Whether a text may stand as `after`."""
    return _read(text) is not None


def _written(moment: datetime, key: UUID) -> str:
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{key}".encode()).decode()


def _read(cursor: str | None) -> tuple[datetime, UUID] | None:
    """A cursor that is none starts at the beginning."""
    try:
        moment, _, key = base64.urlsafe_b64decode(cursor or "").decode().partition("|")
        found = ids.parse_id(key)
        when = datetime.fromisoformat(moment)
    except (ValueError, binascii.Error):
        return None
    return (when, found) if found is not None and when.tzinfo is not None else None
