"""What a filter means in SQL: conditions on a run's row, and ids of runs by what only an index beside it knows."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import aliased

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.filters import RunFilter
from studio.runtime.insights.facets import Facet, number
from studio.runtime.insights.walk import edge
from studio.runtime.models import Run, RunFacet, RunLabel, TriggerSubscription, WorkflowVersion
from studio.runtime.models.ledger import RARE
from studio.runtime.outcomes import RunState

MOST_HITS = 1_000
"""Runs with a facet that the other filters are applied to, a page; the next page goes on behind them."""
NEWEST = 1_000
"""Runs that no facet is known of yet and that are looked at themselves."""
FEW = frozenset({RunState.FAILED, RunState.CANCELLED, RunState.NEEDS_REVIEW, RunState.QUARANTINED, RunState.WAITING})
"""States of `ledger.RARE`: an index has each workflow's."""
_NOBODY, _LAST = UUID(int=0), (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class Hits:
    """The next runs by an index."""

    ids: Select[UUID]
    """To which the conditions on a run's row are still to be applied."""
    walked: Select[UUID]
    """Everything that was looked at for it: MOST_HITS of them say that there may be more behind."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A filter with everything looked up that it names."""

    wanted: RunFilter
    since: datetime | None
    version_id: UUID | None
    """NOBODY where the workflow has no such version."""

    @property
    def facets(self) -> list[int]:
        """The rarest kind first."""
        wanted = self.wanted
        given = {
            Facet.CONNECTION: wanted.connection, Facet.APPROVER: wanted.approver_id,
            Facet.TRIGGER: wanted.trigger, Facet.VERSION: self.version_id,
        }  # fmt: skip
        return [number(kind, given[kind]) for kind in Facet if given[kind] is not None]

    @property
    def beside(self) -> bool:
        """Whether an index beside the runs is asked."""
        return bool(self.facets or self.wanted.labels)

    def conditions(self, before: UUID | None = None, after: UUID | None = None) -> list[ColumnElement[bool]]:
        """On a run's own row, from a cursor on."""
        wanted, made = self.wanted, self._errors()
        if wanted.workflow_id is not None:
            made.append(Run.workflow_id == wanted.workflow_id)
        if wanted.states:
            made.append(Run.state.in_(wanted.states))
            if wanted.workflow_id is not None and FEW.issuperset(wanted.states):
                made.append(RARE)
        made += self._within(Run.id, before, after)
        if wanted.run_id is not None:
            made.append(Run.id == wanted.run_id)
        return made

    def _errors(self) -> list[ColumnElement[bool]]:
        wanted = self.wanted
        given = (
            (Run.error_print, wanted.error_print), (Run.error_code, wanted.error_code),
            (Run.error_node, wanted.error_node),
        )  # fmt: skip
        return [column == value for column, value in given if value is not None]

    def marked(self, run_id: ColumnElement[UUID] | None = None) -> list[ColumnElement[bool]]:
        """The same for facets and labels, where something else has chosen the runs."""
        chosen = Run.id if run_id is None else run_id
        facets = [select(RunFacet.run_id).where(RunFacet.facet == one) for one in self.facets]
        labels = [
            select(RunLabel.run_id).where(RunLabel.key == key, RunLabel.value == value)
            for key, value in self.wanted.labels
        ]
        return [found.where(found.selected_columns.run_id == chosen).exists() for found in (*labels, *facets)]

    def hits(self, uow: UnitOfWork, before: UUID | None, after: UUID | None, limit: int) -> Hits | None:
        """The next runs by an index beside the runs' rows, or by the error's; None: their rows have one that does."""
        errors = self._errors()
        if not self.beside and (not errors or len(self.conditions()) == 1):
            return None
        alone = not self.conditions() and not errors
        most = limit if alone else MOST_HITS
        if not self.beside:
            found = self._cut(select(Run.id.label("run_id")).where(errors[0]), Run.id, before, after, most)
            return Hits(found, found)
        beside = self._next_of(uow, before, after, most)
        fresh = self._fresh(uow, before, after, most)
        if len(self.wanted.states) == 1 and FEW.issuperset(self.wanted.states):
            few = self._few(uow, before, after, most)
            if self._reaches(uow, few, beside, after):
                walked = few.subquery()
                fitting = select(walked.c.run_id).where(*self.marked(walked.c.run_id))
                order = walked.c.run_id.desc() if after is None else walked.c.run_id.asc()
                return Hits(_all_of([fitting.order_by(order).limit(limit), *fresh]), _all_of([few, *fresh]))
        ids = _all_of([beside, *fresh])
        return Hits(ids, ids)

    def _few(self, uow: UnitOfWork, before: UUID | None, after: UUID | None, most: int) -> Select[UUID]:
        """Runs in the one state that is asked for, by its own index."""
        found = select(Run.id.label("run_id")).where(Run.state.in_(self.wanted.states))
        if self.wanted.workflow_id is not None:
            found = found.where(Run.workflow_id == self.wanted.workflow_id, RARE)
        return self._cut(found, Run.id, before, after, most, self._known(uow))

    def _reaches(self, uow: UnitOfWork, few: Select[UUID], beside: Select[UUID], after: UUID | None) -> bool:
        """Whether so many runs of the state reach further than as many that an index beside them knows."""
        far, other = (uow.session.scalar(one.limit(1).offset(MOST_HITS - 1)) for one in (few, beside))
        if far is None or other is None:
            return other is not None
        return far < other if after is None else far > other

    def _next_of(self, uow: UnitOfWork, before: UUID | None, after: UUID | None, most: int) -> Select[UUID]:
        labels = [(aliased(RunLabel), pair) for pair in self.wanted.labels]
        facets = [(aliased(RunFacet), one) for one in self.facets]
        tables: list[Any] = [table for table, _ in (*labels, *facets)]
        first = tables[0].run_id
        found = select(first.label("run_id"))
        for table in tables[1:]:
            found = found.join(table, table.run_id == first)
        for label, (key, value) in labels:
            found = found.where(label.key == key, label.value == value)
        for row, facet in facets:
            found = found.where(row.facet == facet)
        return self._cut(found, first, before, after, most, self._known(uow))

    def _known(self, uow: UnitOfWork) -> UUID | None:
        """Up to where all that is asked for is known; None: everywhere."""
        return edge(uow) if self._later() else None

    def _later(self) -> bool:
        """Whether a facet is asked for that follows behind."""
        return any(one is not None for one in (self.wanted.connection, self.wanted.trigger, self.version_id))

    def _fresh(self, uow: UnitOfWork, before: UUID | None, after: UUID | None, most: int) -> list[Select[UUID]]:
        """Of the newest runs, whose facets are not known yet."""
        if not self._later() or self.wanted.connection is not None:
            return []
        newest = select(Run.id, Run.version_id, Run.workflow_id, Run.trigger_node).where(Run.id > edge(uow))
        run = newest.order_by(Run.id.desc()).limit(NEWEST).subquery()
        found = select(run.c.id.label("run_id"))
        if self.version_id is not None:
            found = found.where(run.c.version_id == self.version_id)
        if self.wanted.trigger is not None:
            of_kind = select(literal(1)).where(
                TriggerSubscription.workflow_id == run.c.workflow_id,
                TriggerSubscription.node_key == run.c.trigger_node,
                TriggerSubscription.type == self.wanted.trigger,
            )
            found = found.where(of_kind.exists())
        rest = Narrowed(replace(self.wanted, trigger=None, version=None), None, None)
        if rest.beside:
            mine = aliased(Run)
            found = found.join(mine, mine.id == run.c.id)
            for condition in rest.marked():
                found = found.where(run.c.id.in_(select(Run.id).where(condition)))
        return [self._cut(found, run.c.id, before, after, most)]

    def _cut(
        self, found: Select[Any], key: Any, before: UUID | None, after: UUID | None, most: int, upto: UUID | None = None
    ) -> Select[Any]:
        found = found.where(*self._within(key, before, after, upto))
        return found.order_by(key.desc() if after is None else key).limit(most)

    def _within(
        self, key: Any, before: UUID | None, after: UUID | None, upto: UUID | None = None
    ) -> list[ColumnElement[bool]]:
        """Between the filter's times, the cursor, and `upto`, which is included.

        One bound at each end: of two, SQLite walks from the one that it meets first, through all that the other cuts.
        """
        since, until = self.since, self.wanted.until
        least = [first_id_at(since) if since is not None else None, _next(after) if after is not None else None]
        less = [
            first_id_at(until) if until is not None else None, before, _next(upto) if upto is not None else None,
        ]  # fmt: skip
        low, high = [one for one in least if one is not None], [one for one in less if one is not None]
        return [*([key >= max(low)] if low else ()), *([key < min(high)] if high else ())]


def _next(run_id: UUID) -> UUID:
    return UUID(int=min(run_id.int + 1, _LAST))


def _all_of(sources: list[Select[UUID]]) -> Select[UUID]:
    return select(union_all(*(select(one.subquery().c.run_id) for one in sources)).subquery().c.run_id)


def narrowed(uow: UnitOfWork, wanted: RunFilter) -> Narrowed:
    """Look up what it names."""
    version_id = None
    if wanted.version is not None:
        of_number = WorkflowVersion.workflow_id == wanted.workflow_id, WorkflowVersion.number == wanted.version
        version_id = uow.session.scalar(select(WorkflowVersion.id).where(*of_number)) or _NOBODY
    return Narrowed(wanted, wanted.starts(uow.now) if wanted.span is not None else wanted.since, version_id)


def behind(uow: UnitOfWork, wanted: RunFilter) -> bool:
    """Whether there are runs of which it is not known yet if they fit."""
    newest = uow.session.scalar(select(Run.id).order_by(Run.id.desc()).limit(1)) or _NOBODY
    known = edge(uow)
    if newest <= known:
        return False
    if wanted.connection is not None:
        return True
    if wanted.trigger is None and wanted.version is None:
        return False
    fresh = select(Run.id).where(Run.id > known).limit(NEWEST + 1).subquery()
    return (uow.session.scalar(select(func.count()).select_from(fresh)) or 0) > NEWEST


def check_cursor(uow: UnitOfWork, cursor: UUID | None, field: str) -> None:
    """Raises InvalidInput where no run of this workspace stands there: a list goes on from one of its own."""
    if cursor is None:
        return
    if uow.session.scalar(select(Run.id).where(Run.id == cursor)) is None:
        said = _("No run of this list stands at this place, or it is no longer kept. Begin from the newest runs.")
        raise InvalidInput(said, code="query.cursor", field=field)
