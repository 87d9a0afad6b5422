"""The sweeper's part in pauses: ends those whose time has come, and lets go of what has gathered at its pace."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from studio.core.unit_of_work import Database
from studio.runtime.halts import pausing, stopping
from studio.runtime.halts.releasing import release
from studio.runtime.models import Event, Halt, Run, Workflow
from studio.runtime.models.ledger import HELD, PARKED
from studio.runtime.service.starts import Hint
from studio.runtime.standing import apply

log = structlog.get_logger()

LOOKS = 5
"""Most transactions that one turn spends on one workflow."""
STRAYS_EVERY = timedelta(seconds=30)


class Halts:
    """Called at every sweep, with the database's time."""

    def __init__(self, database: Database, hint: Hint) -> None:
        self._database, self._hint = database, hint
        self._strays_at: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Resume what is due, and release."""
        with self._database.across(read_only=True) as unit:
            rows = unit.session.execute(
                select(Halt.workspace_id, Halt.workflow_id, Halt.until, Halt.resumed_at).where(
                    Halt.workflow_id.is_not(None)
                )
            ).all()
        for row in rows:
            try:
                if row.resumed_at is not None:
                    self._release(row.workspace_id, row.workflow_id)
                elif row.until is not None and row.until <= now:
                    self._resume(row.workspace_id, row.workflow_id, now)
            except Exception:  # one that cannot be let go must not keep the others from their time
                log.exception("backlog_not_released", workflow_id=str(row.workflow_id))
        if self._strays_at is None or now >= self._strays_at:
            self._strays_at = now + STRAYS_EVERY
            self._strays()

    def _resume(self, workspace_id: UUID, workflow_id: UUID, now: datetime) -> None:
        with self._database.unit(workspace_id) as unit:
            workflow = unit.session.get_one(Workflow, workflow_id)
            row = pausing.of(unit, workflow)
            if row is not None and row.resumed_at is None and row.until is not None and row.until <= now:
                pausing.resume(unit, workflow)

    def _release(self, workspace_id: UUID, workflow_id: UUID) -> None:
        for _look in range(LOOKS):
            with self._database.unit(workspace_id) as unit:
                more = release(unit, workflow_id, self._hint)
            if not more:
                return

    def _strays(self) -> None:
        """What was held or parked in the instant in which its pause ended: its statement had begun before."""
        with self._database.across(read_only=True) as unit:
            found = set[tuple[UUID, UUID]]()
            for table, which in ((Event, HELD), (Run, PARKED)):
                lone = select(table.workspace_id, table.workflow_id).where(
                    which, ~select(Halt.scope_id).where(Halt.scope_id == table.workflow_id).exists(),
                    ~select(Halt.scope_id).where(Halt.scope_id == table.workspace_id).exists(),
                )  # fmt: skip
                found |= {(row[0], row[1]) for row in unit.session.execute(lone.distinct().limit(100))}
        for workspace_id, workflow_id in found:
            with self._database.unit(workspace_id) as unit:
                stopping.take_up(unit, workflow_id)
                apply(unit, workflow_id)
