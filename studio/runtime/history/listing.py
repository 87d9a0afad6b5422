"""Lists of runs and events: keyset pages in the order of their ids, no counts, filters that have an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CompoundSelect, Select, select, union_all

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.filters import RunFilter
from studio.runtime.history.narrowing import Hits, Narrowed, behind, narrowed
from studio.runtime.history.searching import further, searched
from studio.runtime.models import Event, Run, Workflow, WorkflowVersion

__all__ = ["PAGE", "Page", "RunFilter", "RunLine", "events", "newer", "runs"]

PAGE = 50


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list."""

    id: UUID
    title: str
    state: str
    workflow_id: UUID
    workflow_name: str
    waiting_for: str | None
    lane: str
    error: dict[str, Any] | None
    rerun_of: UUID | None
    created_at: datetime
    finished_at: datetime | None
    version: int | None = None
    """None: its version is no longer kept."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, newest first. `newer` and `older` are cursors, None at either end."""

    rows: Sequence[Any]
    newer: UUID | None
    older: UUID | None
    whole: bool = True
    """False: of the newest runs, which no index knows yet, there were too many to look at each."""
    behind: bool = False
    """Of the newest runs it is not known yet whether they fit: this filter follows a minute behind."""


def runs(
    uow: UnitOfWork, wanted: RunFilter, *, before: UUID | None = None, after: UUID | None = None, limit: int = PAGE
) -> Page:
    """Runs, newest first: those older than `before`, or the ones just newer than `after`."""
    which = narrowed(uow, wanted)
    found = select(
        Run.id, Run.title, Run.state, Run.workflow_id, Workflow.name, Run.waiting_for, Run.lane, Run.error,
        Run.rerun_of, Run.created_at, Run.finished_at, WorkflowVersion.number,
    ).join(Workflow, Workflow.id == Run.workflow_id)  # fmt: skip
    found = found.outerjoin(WorkflowVersion, WorkflowVersion.id == Run.version_id)
    found = found.where(*which.conditions(before, after))
    if wanted.search.strip() and wanted.run_id is None:
        return _found(uow, found.where(*which.marked()), wanted, before, after, limit)
    hits = which.hits(uow, before, after, limit + 1)
    if hits is not None:
        page = _chosen(uow, found, hits, before, after, limit)
        return replace(page, behind=behind(uow, wanted))
    if len(wanted.states) > 1:
        found = found.where(Run.id.in_(_of_each_state(which, before, after, limit + 1)))
    return _page(uow, found, Run.id, before, after, limit, lambda row: RunLine(*row))


def newer(uow: UnitOfWork, wanted: RunFilter, after: UUID | None, limit: int = PAGE) -> tuple[int, bool]:
    """How many runs have come since, counted up to `limit`, and whether there are more. None: since ever.

    Where nothing is new it costs one look at an index.
    """
    page = runs(uow, wanted, after=after or UUID(int=0), limit=limit)
    return len(page.rows), page.newer is not None


def _chosen(
    uow: UnitOfWork, found: Select[Any], hits: Hits, before: UUID | None, after: UUID | None, limit: int
) -> Page:
    """Of the next runs that an index gave, those that fit the rest of the filter."""
    page = _page(uow, found.where(Run.id.in_(hits.ids)), Run.id, before, after, limit, lambda row: RunLine(*row))
    if after is None and page.older is None:
        return replace(page, older=further(uow, hits.walked))
    return page


def _of_each_state(which: Narrowed, before: UUID | None, after: UUID | None, limit: int) -> CompoundSelect[UUID]:
    """The next ids of every state: an index has one state in the order of ids, and SQLite would walk all runs."""
    order = Run.id.desc() if after is None else Run.id.asc()
    each = [replace(which, wanted=replace(which.wanted, states=(state,))) for state in which.wanted.states]
    next_of = [select(Run.id).where(*one.conditions(before, after)).order_by(order).limit(limit) for one in each]
    heads = [one.subquery() for one in next_of]
    return union_all(*(select(head.c.id) for head in heads))


def events(
    uow: UnitOfWork, workflow_id: UUID, *, before: UUID | None = None, after: UUID | None = None, limit: int = PAGE
) -> Page:
    """What a workflow received, with what became of it, newest first."""
    found = select(Event).where(Event.workflow_id == workflow_id)
    return _page(uow, found, Event.id, before, after, limit, lambda row: row[0])


def _found(
    uow: UnitOfWork, found: Select[Any], wanted: RunFilter, before: UUID | None, after: UUID | None, limit: int
) -> Page:
    """The same, of those that carry the words."""
    if not wanted.words:
        return Page((), None, None)
    rows, onward, whole = searched(
        uow, found, wanted.words, filtered=wanted.narrowed, before=before, after=after, limit=limit + 1
    )
    more, rows = len(rows) > limit, rows[:limit]
    made = [RunLine(*row) for row in (rows if after is None else rows[::-1])]
    newer = made and (before is not None if after is None else more)
    older = made[-1].id if made and (more or after is not None) else onward
    return Page(made, made[0].id if newer else None, older, whole)


def _page(
    uow: UnitOfWork,
    found: Select[Any],
    key: Any,
    before: UUID | None,
    after: UUID | None,
    limit: int,
    make: Any,
) -> Page:
    """One more than `limit` is read, so that nobody needs to count."""
    if after is not None:
        rows = list(uow.session.execute(found.where(key > after).order_by(key).limit(limit + 1)))
        more_newer, more_older = len(rows) > limit, True
        rows = rows[:limit][::-1]
    else:
        if before is not None:
            found = found.where(key < before)
        rows = list(uow.session.execute(found.order_by(key.desc()).limit(limit + 1)))
        more_newer, more_older = before is not None, len(rows) > limit
        rows = rows[:limit]
    made = [make(row) for row in rows]
    return Page(
        made,
        made[0].id if made and more_newer else None,
        made[-1].id if made and more_older else None,
    )
