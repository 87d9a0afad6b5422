"""Looks whether what went wrong works again, and what has gone silent: workspace by workspace. A chore."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from studio.accounts.models import Workspace
from studio.core import clock
from studio.core.unit_of_work import Database, UnitOfWork
from studio.oversight.alerts import rows, silences, verbs
from studio.oversight.alerts.tables import Alert

EVERY = timedelta(seconds=30)
SILENT_EVERY = timedelta(minutes=5)
TURN_S = 0.1
"""Longest one turn of the sweeper looks."""
AT_ONCE = 100
LATE = timedelta(minutes=1)


class Watching:
    """Ends alerts that are over. Several processes may look at once: each alert ends under its lock, once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rounds = [_Round(EVERY, self._look), _Round(SILENT_EVERY, self._listen)]
        self._after: dict[UUID, UUID] = {}
        """Where in a workspace the next look goes on, where one look did not come to all."""
        self._habits: dict[UUID, silences.Known] = {}

    def __call__(self, now: datetime) -> None:
        """Look at some workspaces a turn."""
        until = clock.monotonic() + TURN_S
        for one in self._rounds:
            if one.due(now):
                with self._database.unit(read_only=True) as unit:
                    one.begin(now, unit.session.scalars(select(Workspace.id)).all())
            while one.left and clock.monotonic() < until:
                one.look(one.left.popleft())

    def _look(self, workspace_id: UUID) -> None:
        with self._database.unit(workspace_id, read_only=True) as unit:
            some = unit.session.scalars(_going_on(self._after.get(workspace_id))).all()
            over = [row.id for row in some if _is_over(unit, row)]
            held = [(row.id, row.held_until) for row in unit.session.scalars(_forgotten(unit.now))]
        if len(some) == AT_ONCE:
            self._after[workspace_id] = some[-1].id
        else:
            self._after.pop(workspace_id, None)
        for alert_id in over:
            with self._database.unit(workspace_id) as unit:
                end(unit, alert_id)
        if held:
            with self._database.unit(workspace_id) as unit:
                for alert_id, until in held:
                    if until is not None:
                        rows.queue_digest(unit, until, mark=f":{alert_id}")

    def _listen(self, workspace_id: UUID) -> None:
        known = self._habits.setdefault(workspace_id, {})
        with self._database.unit(workspace_id, read_only=True) as unit:
            found = silences.look(unit, known)
        if found:
            with self._database.unit(workspace_id) as unit:
                silences.report(unit, found)


class _Round:
    """One kind of look, again and again over all workspaces."""

    def __init__(self, every: timedelta, look: Callable[[UUID], None]) -> None:
        self._every, self.look = every, look
        self._next: datetime | None = None
        self.left: deque[UUID] = deque()
        """Workspaces that this round has not come to."""

    def due(self, now: datetime) -> bool:
        """Whether the next one begins."""
        return not self.left and (self._next is None or now >= self._next)

    def begin(self, now: datetime, workspaces: Iterable[UUID]) -> None:
        """Have all of them looked at."""
        self._next = now + self._every
        self.left.extend(workspaces)


def end(uow: UnitOfWork, alert_id: UUID) -> None:
    """End one that is over; nothing where it is not any more, or was ended meanwhile."""
    row = rows.locked(uow, alert_id)
    if not rows.is_going_on(row):
        return
    kind = rows.kind_of(row)
    if kind.mended(uow, row):
        verbs.recovered(uow, row)
    elif kind.moot(uow, row):
        verbs.ended(uow, row)


def _is_over(uow: UnitOfWork, row: Alert) -> bool:
    kind = rows.kind_of(row)
    return kind.mended(uow, row) or kind.moot(uow, row)


def _forgotten(now: datetime) -> Select[Alert]:
    """Held back until a while ago: their transaction came after the digest."""
    return select(Alert).where(Alert.held_until < now - LATE).limit(AT_ONCE)


def _going_on(after: UUID | None) -> Select[Alert]:
    query = select(Alert).where(Alert.resolved_at.is_(None)).order_by(Alert.id).limit(AT_ONCE)
    return query.where(Alert.id > after) if after is not None else query
