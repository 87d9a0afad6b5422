"""Asks which shadows have something new to look at, again and again, and leaves their jobs. The sweeper's chore."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from studio.builder.backtest.outcomes import State
from studio.builder.models import Backtest
from studio.builder.shadow import reading, work
from studio.core import clock, outbox
from studio.core.unit_of_work import Database
from studio.runtime.insights.walking import busy

REST_S = 2.0
LEFT = timedelta(minutes=1)
"""So long a job that was left may take, with all that is before it, until another one is left."""
LATEST = timedelta(minutes=5)
"""However busy the workers are: further than this a shadow does not stay behind."""
MOST = 20
"""Shadows in one look; the others come in the next."""
log = structlog.get_logger(__name__)


class Shadows:
    """Called at every sweep."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rest_until = 0.0

    def __call__(self, _now: datetime) -> None:
        """Look at the next ones, where the last look is long enough ago."""
        if clock.monotonic() >= self._rest_until:
            self._rest_until = clock.monotonic() + REST_S
            self.look()

    def look(self) -> None:
        """At the next ones. While runs wait for a worker, only at those that are far behind."""
        with self._database.across(read_only=True) as unit:
            before = unit.now - LATEST if busy(unit.session, unit.now) else unit.now
            found = reading.due(unit, looked_before=before, most=MOST)
        for workspace_id, shadow_id in found:
            try:
                self._leave(workspace_id, shadow_id)
            except Exception:  # one that cannot be looked at must not keep the others from it
                log.exception("shadow_not_left", backtest_id=str(shadow_id))

    def _leave(self, workspace_id: UUID, shadow_id: UUID) -> None:
        with self._database.unit(workspace_id) as unit:
            row = unit.session.get(Backtest, shadow_id, with_for_update=True)
            if row is None or row.state != State.RUNNING:
                return
            row.turn += 1
            row.look_at = unit.now + LEFT
            payload = {"backtest_id": str(row.id), "turn": row.turn}
            outbox.enqueue(unit, work.TOPIC, key=f"{work.TOPIC}:{row.id}:{row.turn}", payload=payload)
