"""The loop that looks at experiments: what is due is counted and perhaps ended, each in a transaction of its own.

Whoever looks holds the row and looks whether it is still due: two processes do not end one twice, and one that dies
has ended nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, select

from studio.contract.ports import Leases
from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags.experimenting import driving, rows
from studio.flags.models import FlagExperiment

log = structlog.get_logger()

AT_ONCE = 50
LEASE_S = 60.0
LEASE = "flag_experiments"


@dataclass(frozen=True, slots=True)
class Ticking:
    """Looks at the experiments of all workspaces. Any thread, any process."""

    database: Database
    leases: Leases
    more: Callable[[], None] = lambda: None
    """Called where more is due than was looked at."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow.now).limit(1)).first() is not None

    def drain(self) -> int:
        """Look at what is due. Returns how many were looked at."""
        if not self.leases.take(LEASE, LEASE_S):
            return 0
        try:
            with self.database.across(read_only=True) as uow:
                found = uow.session.execute(_due(uow.now).order_by(FlagExperiment.due_at).limit(AT_ONCE)).all()
            for row in found:
                if not self.leases.keep(LEASE, LEASE_S):
                    break
                self._one(row.workspace_id, row.id)
        finally:
            self.leases.give_back(LEASE)
        if len(found) == AT_ONCE:
            self.more()
        return len(found)

    def _one(self, workspace_id: UUID, experiment_id: UUID) -> None:
        try:
            with self.database.unit(workspace_id) as uow:
                look(uow, experiment_id)
        except Exception:  # one that breaks must not keep the others from being looked at; it is put off, and logged
            log.exception("experiment_broke", id=str(experiment_id))
            with self.database.unit(workspace_id) as uow:
                rows.find(uow, experiment_id).due_at = uow.now + driving.LOOK


def look(uow: UnitOfWork, experiment_id: UUID) -> bool:
    """Whether it came to its end now."""
    row = rows.find(uow, experiment_id)
    flag, place = rows.lock(uow, row)
    if row.due_at is None or row.due_at > uow.now:
        return False
    return driving.look(uow, row, flag, place)


def _due(now: datetime) -> Select[UUID, UUID]:
    return select(FlagExperiment.id, FlagExperiment.workspace_id).where(FlagExperiment.due_at <= now)
