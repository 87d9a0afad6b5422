"""What the sweeper does besides runs: due schedules, and letting go of what nobody needs any longer."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, or_, select

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.errors import StudioError
from studio.core.faults import fault_point
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.models import (
    Blob,
    Event,
    EventDedup,
    KvEntry,
    RateState,
    Resolution,
    Run,
    RunFacet,
    RunLabel,
    RunNote,
    RunSearch,
    Step,
    TriggerSubscription,
    WaitRow,
)
from studio.runtime.outcomes import ENDED, Verdict
from studio.runtime.service.starts import Hint, start_or_turn_away
from studio.runtime.triggers.schedule import next_due

log = structlog.get_logger()

DUE_AT_ONCE = 500
PURGE_EVERY = timedelta(hours=1)
PURGE_BATCH = 500
PURGE_S = 0.5
"""Longest one turn of the sweeper purges."""


class Schedules:
    """Starts what is due by the clock, each tick once: the due time moves in the transaction that starts the run."""

    def __init__(self, database: Database, hint: Hint) -> None:
        self._database, self._hint = database, hint

    def __call__(self, now: datetime) -> None:
        """Start everything that is due. What a pause holds starts together after it, as what Studio was off for."""
        due = select(TriggerSubscription.id, TriggerSubscription.workspace_id).where(
            TriggerSubscription.active, TriggerSubscription.next_due_at <= now,
            or_(TriggerSubscription.halt.is_(None), TriggerSubscription.halt != "hold"),
        )  # fmt: skip
        with self._database.across(read_only=True) as unit:
            found = unit.session.execute(due.order_by(TriggerSubscription.next_due_at).limit(DUE_AT_ONCE)).all()
        for row in found:
            try:
                self._start(row.workspace_id, row.id, now)
            except Exception:  # one that cannot be started must not keep the others from their time
                log.exception("schedule_not_started", subscription_id=str(row.id))

    def _start(self, workspace_id: UUID, subscription_id: UUID, now: datetime) -> None:
        with self._database.unit(workspace_id) as unit:
            row = unit.session.get(TriggerSubscription, subscription_id, with_for_update={"skip_locked": True})
            if row is None or not row.active or row.next_due_at is None or row.next_due_at > now or row.halt == "hold":
                return
            due, row.next_due_at = row.next_due_at, None
            try:
                row.next_due_at = next_due(row.settings, now)
            except (StudioError, ValueError):
                # A version that was published before a rule was tightened: it stops, and says so in the log.
                log.exception("schedule_broken", subscription_id=str(subscription_id))
            data = {"scheduled_at": due.isoformat(), "started_at": now.isoformat()}
            start_or_turn_away(unit, row, data, self._hint)
            fault_point("schedule.before_commit")
        fault_point("schedule.after_commit")


class Retention:
    """Deletes ended runs and their events past each workspace's retention, in small batches, and what others name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: datetime | None = None
        self._left: deque[tuple[UUID, int]] = deque()
        """Workspaces that this hour's purge has not come to, with the days they keep."""
        self.of_workspaces: list[Callable[[UnitOfWork], object]] = []
        """What other packages let go of, in a unit of each workspace."""
        self.of_all: list[Callable[[UnitOfWork], object]] = []
        """The same for tables that belong to no workspace."""

    def __call__(self, now: datetime) -> None:
        """Purge, once an hour; PURGE_S of it a turn, so that lost leases and timers behind it are not kept waiting."""
        if not self._left:
            if self._next is not None and now < self._next:
                return
            self._next = now + PURGE_EVERY
            with self._database.unit(read_only=True) as unit:
                kept = unit.session.execute(select(Workspace.id, Workspace.retention_days)).all()
                self._left.extend((row.id, row.retention_days) for row in kept)
            with self._database.unit() as unit:
                for purge in self.of_all:
                    purge(unit)
        until = clock.monotonic() + PURGE_S
        while self._left and clock.monotonic() < until:
            workspace_id, days = self._left[0]
            before = first_id_at(now - timedelta(days=days))
            if max(self._purge_runs(workspace_id, before), self._purge_events(workspace_id, before)) < PURGE_BATCH:
                self._left.popleft()
                self._purge_rest(workspace_id, now)

    def _purge_runs(self, workspace_id: UUID, before: UUID) -> int:
        with self._database.unit(workspace_id) as unit:
            ended = select(Run.id).where(Run.id < before, Run.state.in_(ENDED)).order_by(Run.id).limit(PURGE_BATCH)
            ids = list(unit.session.scalars(ended))
            for table in (Step, WaitRow, Resolution, Blob, RunNote, RunSearch, RunFacet, RunLabel):
                unit.session.execute(delete(table).where(table.run_id.in_(ids)))
            unit.session.execute(delete(Run).where(Run.id.in_(ids)))
            if ids:
                fault_point("retention.before_commit")
        if ids:
            fault_point("retention.after_commit")
        return len(ids)

    def _purge_events(self, workspace_id: UUID, before: UUID) -> int:
        with self._database.unit(workspace_id) as unit:
            old = (
                select(Event.id)
                .where(Event.id < before, Event.verdict != Verdict.HELD)
                .order_by(Event.id)
                .limit(PURGE_BATCH)
            )
            ids = list(unit.session.scalars(old))
            unit.session.execute(delete(Event).where(Event.id.in_(ids)))
            return len(ids)

    def _purge_rest(self, workspace_id: UUID, now: datetime) -> None:
        with self._database.unit(workspace_id) as unit:
            unit.session.execute(delete(EventDedup).where(EventDedup.expires_at < now))
            unit.session.execute(delete(KvEntry).where(KvEntry.expires_at < now))
            unit.session.execute(delete(RateState).where(RateState.tat < now - PURGE_EVERY))
            for purge in self.of_workspaces:
                purge(unit)
