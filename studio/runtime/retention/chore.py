"""The sweeper's part: once an hour a look over every workspace, a little of it at each turn, less while orders come."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.ids import first_id_at
from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.models import EventDedup, KvEntry, RateState, Run
from studio.runtime.outcomes import Lane, RunState
from studio.runtime.retention.looking import Look, stretches
from studio.runtime.retention.rules import rules_of
from studio.runtime.retention.standing import ended, going_on

PURGE_EVERY = timedelta(hours=1)
PURGE_BATCH = 500
PURGE_S = 0.5
"""Longest one turn of the sweeper purges while nothing else is to be done."""
BUSY = 50
"""So many runs accepted within a second, or waiting to be carried out: the shop is busy."""
BUSY_BATCH = 100
BUSY_SHARE = 0.02
"""Of the time, while the shop is busy: orders must not feel it."""


def is_busy(database: Database, now: datetime) -> bool:
    """Whether orders come in quickly, or those that came are not through yet."""
    newest = select(Run.id).where(Run.id > first_id_at(now - timedelta(seconds=1)))
    waiting = select(Run.id).where(Run.state == RunState.QUEUED, Run.lane == Lane.MAIN, Run.available_at <= now)
    with database.across(read_only=True) as unit:
        counts = (select(func.count()).select_from(some.limit(BUSY).subquery()) for some in (newest, waiting))
        return any((unit.session.scalar(count) or 0) >= BUSY for count in counts)


class Retention:
    """Deletes ended runs and their events past each workspace's rules, in small batches, and what others name."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: datetime | None = None
        self._left: deque[UUID] = deque()
        """Workspaces that this hour's look has not come to."""
        self._look: Look | None = None
        self._rest_until = 0.0
        self.of_workspaces: list[Callable[[UnitOfWork], object]] = []
        """What other packages let go of, in a unit of each workspace."""
        self.of_all: list[Callable[[UnitOfWork], object]] = []
        """The same for tables that belong to no workspace."""

    def __call__(self, now: datetime) -> None:
        """Go on, so that lost leases and timers behind it are not kept waiting; once an hour begin anew."""
        if self._look is None and not self._left and not self._begin(now):
            return
        started = clock.monotonic()
        if started < self._rest_until:
            return
        busy = is_busy(self._database, now)
        size, until = (BUSY_BATCH, started) if busy else (PURGE_BATCH, started + PURGE_S)
        while self._go_on(now, size):
            at = clock.monotonic()
            if at >= until:
                self._rest_until = at + (at - started) / BUSY_SHARE if busy else 0.0
                if self._look is not None:
                    going_on(self._database, self._look)
                return

    def _begin(self, now: datetime) -> bool:
        if self._next is not None and now < self._next:
            return False
        self._next = now + PURGE_EVERY
        with self._database.unit(read_only=True) as unit:
            self._left.extend(unit.session.scalars(select(Workspace.id).order_by(Workspace.id)))
        with self._database.unit() as unit:
            for purge in self.of_all:
                purge(unit)
        return True

    def _go_on(self, now: datetime, size: int) -> bool:
        """One batch. False: everything was looked at."""
        if self._look is None:
            if not self._left:
                return False
            workspace_id = self._left.popleft()
            with self._database.unit(workspace_id, read_only=True) as unit:
                self._look = Look(workspace_id, now, stretches(rules_of(unit)))
        look = self._look
        if not look.done:
            look.batch(self._database, size)
        if look.done:
            self._look = None
            if not look.archived_first:
                ended(self._database, look)
            self._purge_rest(look.workspace_id, now)
        return True

    def _purge_rest(self, workspace_id: UUID, now: datetime) -> None:
        with self._database.unit(workspace_id) as unit:
            unit.session.execute(delete(EventDedup).where(EventDedup.expires_at < now))
            unit.session.execute(delete(KvEntry).where(KvEntry.expires_at < now))
            unit.session.execute(delete(RateState).where(RateState.tat < now - PURGE_EVERY))
            for purge in self.of_workspaces:
                purge(unit)
