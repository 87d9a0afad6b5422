"""Lists of runs and events: keyset pages in the order of their ids, no counts, filters that have an index."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, select, union_all

from studio.core.ids import first_id_at, parse_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.searching import searched
from studio.runtime.models import Event, Run, Workflow
from studio.runtime.search.words import asked

PAGE = 50
LONGEST_SEARCH = 120


@dataclass(frozen=True, slots=True)
class RunFilter:
    """What to list. Every None means "all"."""

    workflow_id: UUID | None = None
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    """Words of the title or of the trigger's data, or their beginnings; a whole id finds that run."""

    @property
    def run_id(self) -> UUID | None:
        """The one run that is looked for."""
        return parse_id(self.search.strip())

    @property
    def words(self) -> list[str]:
        """What is looked for otherwise."""
        return [] if self.run_id is not None else asked(self.search[:LONGEST_SEARCH])

    @property
    def narrowed(self) -> bool:
        """Whether anything but the search is asked for."""
        return bool(self.workflow_id or self.states or self.since or self.until)


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in a list."""

    id: UUID
    title: str
    state: str
    workflow_id: UUID
    workflow_name: str
    waiting_for: str | None
    error: dict[str, Any] | None
    rerun_of: UUID | None
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a list, newest first. `newer` and `older` are cursors, None at either end."""

    rows: Sequence[Any]
    newer: UUID | None
    older: UUID | None
    whole: bool = True
    """False: of the newest runs, which no index knows yet, there were too many to look at each."""


def runs(
    uow: UnitOfWork, wanted: RunFilter, *, before: UUID | None = None, after: UUID | None = None, limit: int = PAGE
) -> Page:
    """Runs, newest first: those older than `before`, or the ones just newer than `after`."""
    found = select(
        Run.id, Run.title, Run.state, Run.workflow_id, Workflow.name, Run.waiting_for, Run.error, Run.rerun_of,
        Run.created_at, Run.finished_at,
    ).join(Workflow, Workflow.id == Run.workflow_id).where(*_conditions(wanted))  # fmt: skip
    if wanted.search.strip() and wanted.run_id is None:
        return _found(uow, found, wanted, before, after, limit)
    if len(wanted.states) > 1:
        found = found.where(Run.id.in_(_of_each_state(wanted, before, after, limit + 1)))
    return _page(uow, found, Run.id, before, after, limit, lambda row: RunLine(*row))


def _of_each_state(wanted: RunFilter, before: UUID | None, after: UUID | None, limit: int) -> CompoundSelect[UUID]:
    """The next ids of every state: an index has one state in the order of ids, and SQLite would walk all runs."""
    order = Run.id.desc() if after is None else Run.id.asc()
    at = [Run.id > after] if after is not None else [Run.id < before] if before is not None else []
    each = [replace(wanted, states=(state,)) for state in wanted.states]
    heads = [select(Run.id).where(*_conditions(one), *at).order_by(order).limit(limit).subquery() for one in each]
    return union_all(*(select(head.c.id) for head in heads))


def events(
    uow: UnitOfWork, workflow_id: UUID, *, before: UUID | None = None, after: UUID | None = None, limit: int = PAGE
) -> Page:
    """What a workflow received, with what became of it, newest first."""
    found = select(Event).where(Event.workflow_id == workflow_id)
    return _page(uow, found, Event.id, before, after, limit, lambda row: row[0])


def _conditions(wanted: RunFilter) -> list[ColumnElement[bool]]:
    made: list[ColumnElement[bool]] = []
    if wanted.workflow_id is not None:
        made.append(Run.workflow_id == wanted.workflow_id)
    if wanted.states:
        made.append(Run.state.in_(wanted.states))
    if wanted.since is not None:
        made.append(Run.id >= first_id_at(wanted.since))
    if wanted.until is not None:
        made.append(Run.id < first_id_at(wanted.until))
    if wanted.run_id is not None:
        made.append(Run.id == wanted.run_id)
    return made


def _found(
    uow: UnitOfWork, found: Select[Any], wanted: RunFilter, before: UUID | None, after: UUID | None, limit: int
) -> Page:
    """The same, of those that carry the words."""
    if not wanted.words:
        return Page((), None, None)
    rows, further, whole = searched(
        uow, found, wanted.words, filtered=wanted.narrowed, before=before, after=after, limit=limit + 1
    )
    more, rows = len(rows) > limit, rows[:limit]
    made = [RunLine(*row) for row in (rows if after is None else rows[::-1])]
    newer = made and (before is not None if after is None else more)
    older = made[-1].id if made and (more or after is not None) else further
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
