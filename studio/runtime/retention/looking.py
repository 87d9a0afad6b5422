"""One look over a workspace's ended runs and its events, batch by batch in the order of their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from studio.core.db import Base
from studio.core.faults import fault_point
from studio.core.ids import first_id_at
from studio.core.run_parts import run_parts
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.models import ArchivePlace, Event, Run
from studio.runtime.outcomes import ENDED, Verdict
from studio.runtime.retention.holding import held
from studio.runtime.retention.policy import Rules, RunFacts, due_at, may_go
from studio.runtime.retention.rules import rules_of

_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that are walked one after the other by one index."""

    state: str | None
    """How its runs have ended; None: these are events."""
    workflow_id: UUID | None = None
    """None: of all workflows, but those with rules of their own stay."""


def stretches(rules: Rules) -> list[Stretch]:
    """All that a look walks. A workflow with rules of its own by itself: else a short one would walk all runs."""
    runs = [Stretch(state, one) for state in sorted(ENDED) for one in (None, *rules.workflows)]
    return [*runs, Stretch(None)]


@dataclass(frozen=True, slots=True)
class Seen:
    """Some runs of a stretch, in the order of their ids."""

    facts: Sequence[RunFacts]
    free: Sequence[UUID]
    """Those whose time is over and that nothing needs."""
    kept: Sequence[UUID]
    """Those whose time is over, too, and that something needs."""
    oldest: datetime | None
    """When the time of the last one that is due was over."""


@dataclass(slots=True)
class Look:
    """Where it is, and what it came to. A process that dies begins the next one anew; nothing is lost by that."""

    workspace_id: UUID
    begun: datetime
    left: list[Stretch]
    """What it has not come to, in order."""
    cursor: UUID = _FIRST
    deleted: int = 0
    held: int = 0
    archived_first: bool = False
    """The workspace has its runs archived before they go: here they stay, and archiving lets go of them."""
    oldest: datetime | None = None
    """When the time of the last run that it let go was over: so far behind is what comes after it."""

    @property
    def done(self) -> bool:
        """Whether nothing is left to be looked at."""
        return not self.left

    def batch(self, database: Database, size: int) -> int:
        """Look at the next `size` rows, and let go of those whose time is over. How many went."""
        part = self.left[0]
        with database.unit(self.workspace_id) as uow:
            seen, gone = self._events(uow, size) if part.state is None else self._runs(uow, part, size)
            if gone:
                fault_point("retention.before_commit")
        if gone:
            fault_point("retention.after_commit")
        if seen < size:
            self.left.pop(0)
            self.cursor = _FIRST
        return gone

    def _runs(self, uow: UnitOfWork, part: Stretch, size: int) -> tuple[int, int]:
        if archives(uow):
            self.archived_first = True
            return 0, 0
        found = self.seen(uow, part, size)
        ids = remove(uow, found.free)
        self.passed(found, len(ids))
        return len(found.facts), len(ids)

    def seen(self, uow: UnitOfWork, part: Stretch, size: int) -> Seen:
        """The next `size` runs of a stretch, and which of them may go. Changes nothing."""
        rules, state = rules_of(uow), part.state or ""
        edge = first_id_at(self.begun - timedelta(days=rules.of(part.workflow_id, state)))
        facts = walk(uow, state, part.workflow_id, (self.cursor, edge), size)
        mine = [one for one in facts if part.workflow_id is not None or one.workflow_id not in rules.workflows]
        due = [one for one in mine if may_go(rules, one, self.begun)]
        kept = held(uow, [one.id for one in due])
        oldest = due_at(rules, due[-1]) if due else None
        return Seen(facts, [one.id for one in due if one.id not in kept], sorted(kept), oldest)

    def passed(self, found: Seen, gone: int) -> None:
        """Go on behind them."""
        self.deleted, self.held = self.deleted + gone, self.held + len(found.kept)
        self.oldest = found.oldest or self.oldest
        if found.facts:
            self.cursor = found.facts[-1].id

    def _events(self, uow: UnitOfWork, size: int) -> tuple[int, int]:
        """Those of no run, and of runs that have gone."""
        edge = first_id_at(self.begun - timedelta(days=rules_of(uow).days))
        old = select(Event.id, Event.run_id, Event.verdict).where(Event.id > self.cursor, Event.id < edge)
        rows = uow.session.execute(old.order_by(Event.id).limit(size)).all()
        there = set(uow.session.scalars(select(Run.id).where(Run.id.in_([row.run_id for row in rows if row.run_id]))))
        ids = [row.id for row in rows if row.run_id not in there and row.verdict != Verdict.HELD]
        uow.session.execute(delete(Event).where(Event.id.in_(ids)).execution_options(synchronize_session=False))
        if rows:
            self.cursor = rows[-1].id
        return len(rows), len(ids)


def archives(uow: UnitOfWork) -> bool:
    """Whether the unit's workspace has its runs archived before they are deleted."""
    return uow.session.scalar(select(ArchivePlace.id).where(ArchivePlace.active)) is not None


def walk(
    uow: UnitOfWork, state: str, workflow_id: UUID | None, between: tuple[UUID, UUID], size: int
) -> Sequence[RunFacts]:
    """The next runs that ended so, between two ids; of one workflow, or of all."""
    columns = select(Run.id, Run.workflow_id, Run.state, Run.finished_at, Run.created_at)
    found = columns.where(Run.state == state, Run.id > between[0], Run.id < between[1])
    if workflow_id is not None:
        found = found.where(Run.workflow_id == workflow_id)
    return [RunFacts(*row) for row in uow.session.execute(found.order_by(Run.id).limit(size))]


def remove(uow: UnitOfWork, ids: Sequence[UUID]) -> Sequence[UUID]:
    """Delete these runs, all that goes with them, and the events that started them. Those that were still there.

    Only ended ones go, whatever the caller believes: what has not ended is never deleted.
    """
    if not ids:
        return ids
    mine = select(Run.id, Run.event_id).where(Run.id.in_(ids), Run.state.in_(ENDED)).order_by(Run.id)
    rows = uow.session.execute(mine.with_for_update(skip_locked=True)).all()
    ended, events = [row.id for row in rows], [row.event_id for row in rows if row.event_id]
    quick = {"synchronize_session": False}
    for part in run_parts(Base.registry.mappers):
        uow.session.execute(delete(part.model).where(part.run.in_(ended)).execution_options(**quick))
    uow.session.execute(delete(Run).where(Run.id.in_(ended)).execution_options(**quick))
    uow.session.execute(delete(Event).where(Event.id.in_(events)).execution_options(**quick))
    return ended
