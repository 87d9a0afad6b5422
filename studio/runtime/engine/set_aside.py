"""Finds runs that were set aside since somebody last looked, so that their workflows' owners hear of them.

Whoever sets a run aside (a supervisor, a sweeper, a worker that does not know its version) does so in one statement and
knows nobody to tell.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from studio.accounts.models import Workspace
from studio.core import clock, outbox
from studio.core.unit_of_work import Database
from studio.runtime.models import Run
from studio.runtime.outcomes import Mode, RunState

EVERY = timedelta(minutes=1)
LOOK_BACK = timedelta(days=1)
"""Less than what was told is remembered for, so that nobody is told twice."""
TURN_S = 0.1
"""Longest one turn of the sweeper looks."""
AT_ONCE = 100


class SetAside:
    """Leaves one job a run, under its key."""

    TOPIC: ClassVar[str] = "run.set_aside"

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next: datetime | None = None
        self._left: deque[UUID] = deque()
        """Workspaces that this minute's look has not come to."""

    def __call__(self, now: datetime) -> None:
        """Look, once a minute, at some workspaces a turn."""
        if not self._left:
            if self._next is not None and now < self._next:
                return
            self._next = now + EVERY
            with self._database.unit(read_only=True) as unit:
                self._left.extend(unit.session.scalars(select(Workspace.id)))
        until = clock.monotonic() + TURN_S
        while self._left and clock.monotonic() < until:
            self._look(self._left.popleft(), now - LOOK_BACK)

    def _look(self, workspace_id: UUID, since: datetime) -> None:
        aside = select(Run.id).where(
            Run.state == RunState.QUARANTINED, Run.mode == Mode.LIVE, Run.finished_at > since
        )  # fmt: skip
        with self._database.unit(workspace_id, read_only=True) as unit:
            found = unit.session.scalars(aside.order_by(Run.id.desc()).limit(AT_ONCE)).all()
        if not found:
            return
        with self._database.unit(workspace_id) as unit:
            for run_id in found:
                outbox.enqueue(unit, self.TOPIC, key=f"{self.TOPIC}:{run_id}", payload={"run_id": str(run_id)})
