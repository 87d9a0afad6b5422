"""Inboxes: what waits for a person, what is put off, what is done; and, for staff, everybody's requests."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, func, literal, or_, select, tuple_
from sqlalchemy.types import Uuid

from studio.approvals import courses, quorum
from studio.approvals.models import Assignment, Decision, Request, Vote
from studio.approvals.outcomes import AssignmentState
from studio.approvals.rule import from_json
from studio.approvals.service import counting, waiting
from studio.approvals.service.filtering import Due, Filters, Tab, due, live, narrowed, pending, snoozed, written_out
from studio.core import ids
from studio.core.db import UtcDateTime
from studio.core.unit_of_work import UnitOfWork

__all__ = ["COUNTED", "PAGE", "WINDOW", "Choices", "Due", "Filters", "Item", "Page", "Tab", "Tally", "choices",
           "counts", "due_before", "first_ids", "is_cursor", "listed", "written_out"]  # fmt: skip

PAGE = 50
LOOKED_AT = 500
"""Rows whose workflows are offered as a filter."""
WINDOW = 5_000
"""Rows that one page of a search looks through: the next one goes on behind them."""
COUNTED = 1000
"""Up to so many are counted: a number beside a word has to cost nothing on a page of many."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row."""

    request: Request
    share: Assignment | None
    """The reader's own; None in everybody's list."""
    decision: Decision | None
    progress: quorum.Tally | None = None
    """How far the running stage is; None: any one of those who were asked decides, or it has ended."""
    working_left: timedelta | None = None
    """Of what waits: working time left by its calendar, negative where it is over; None: no calendar counts it."""


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
        Tab.PENDING: _tally(uow, Assignment.sort_at, own, pending(uow.now)),
        Tab.SNOOZED: _tally(uow, Assignment.snoozed_until, own, snoozed(uow.now)),
    }


def due_before(uow: UnitOfWork, user_id: UUID, moment: datetime) -> Tally:
    """How much of what was asked of a person, and not put off, is to be decided before a moment."""
    still = Assignment.state == AssignmentState.OPEN
    return _tally(uow, Assignment.sort_at, Assignment.user_id == user_id, live(), still, Assignment.sort_at < moment)


def listed(uow: UnitOfWork, user_id: UUID, filters: Filters, size: int = PAGE) -> Page:
    """One page. Pending is sorted by time left, Snoozed by waking, Done by its end.

    Narrowed, it looks through at most WINDOW rows: a page may then be short, or empty, with more behind its cursor.
    """
    if filters.by_time_left:
        return _waiting(uow, user_id, filters, size)
    moment, key, _descending = _order(filters)
    query, edge = _within(uow, _behind(_base(uow, user_id, filters), filters, filters.after), filters)
    rows = uow.session.execute(_in_order(query.add_columns(moment, key), filters).limit(size + 1)).all()
    far = _progress(uow, [row[0] for row in rows])
    items = tuple(Item(row[0], row[1] if not filters.everybody else None, row[2], far.get(row[0].id)) for row in rows)
    if len(rows) <= size:
        return Page(items, _written(*edge) if edge else None, whole=edge is None)
    return Page(items[:size], _written(rows[size - 1][3], rows[size - 1][4]))


def _waiting(uow: UnitOfWork, user_id: UUID, filters: Filters, size: int) -> Page:
    found = waiting.take(uow, user_id, filters, size, WINDOW)
    key = Request.id if filters.everybody else Assignment.id
    wanted = [one.place[1] for one in found.listed]
    some = _base(uow, user_id, filters).where(key.in_(wanted)).add_columns(key)
    by_key = {row[3]: row for row in uow.session.execute(some)} if wanted else {}
    far = _progress(uow, [row[0] for row in by_key.values()])
    items = []
    for one in found.listed:
        if one.place[1] not in by_key:  # settled between two statements
            continue
        request, share, decision, _key = by_key[one.place[1]]
        items.append(Item(request, share, decision, far.get(request.id), one.working))
    return Page(tuple(items), courses.written(found.read) if found.read else None, found.whole)


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
    found = waiting.take(uow, user_id, filters, PAGE, WINDOW)
    key, wanted = Request.id if filters.everybody else Assignment.id, [one.place[1] for one in found.listed]
    if not wanted:
        return []
    return list(
        uow.session.scalars(_base(uow, user_id, filters).with_only_columns(Request.id).where(key.in_(wanted), new))
    )


def _base(uow: UnitOfWork, user_id: UUID, filters: Filters) -> Select[*tuple[Any, ...]]:
    """Request, own share (or nothing), decision, under the tab's condition."""
    if filters.everybody:
        everything: Select[*tuple[Any, ...]] = select(Request, literal(None), Decision)
        return everything.outerjoin(Decision, Decision.request_id == Request.id).where(
            Request.closed_at.is_not(None) if filters.tab is Tab.DONE else Request.closed_at.is_(None)
        )
    tabs = {
        Tab.PENDING: pending(uow.now),
        Tab.SNOOZED: snoozed(uow.now),
        Tab.DONE: Assignment.closed_at.is_not(None),
    }
    own: Select[*tuple[Any, ...]] = select(Request, Assignment, Decision)
    return (
        own.join(Assignment, Assignment.request_id == Request.id)
        .outerjoin(Decision, Decision.request_id == Request.id)
        .where(Assignment.user_id == user_id, tabs[filters.tab])
    )


def _within(
    uow: UnitOfWork, query: Select[*tuple[Any, ...]], filters: Filters
) -> tuple[Select[*tuple[Any, ...]], tuple[datetime, UUID] | None]:
    """What fits the filters; with search, workflow or requester among the first WINDOW rows, and the last of those."""
    query = query.where(*due(uow, filters))
    conditions = narrowed(filters)
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


def is_cursor(text: str) -> bool:
    """Whether a text may stand as `after`."""
    return _read(text) is not None or courses.restored(text) is not None


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
