"""The loop that looks at rollouts: what is due is judged and moved, each in a transaction of its own.

Whoever looks holds the row and looks whether it is still due: two processes do not move one twice, and one that dies
has moved nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import Select, select

from studio.contract.ports import Leases
from studio.core.errors import StudioError
from studio.core.unit_of_work import Database, UnitOfWork
from studio.flags.models import FlagRollout
from studio.flags.ramps.policy import LOOK, Kind, Move, decide
from studio.flags.rollouts import asking, breaches, driving, history, rows, weighing

log = structlog.get_logger()

AT_ONCE = 50
LEASE_S = 60.0
LEASE = "flag_rollouts"


@dataclass(frozen=True, slots=True)
class Ticking:
    """Looks at the rollouts of all workspaces. Any thread, any process."""

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
                found = uow.session.execute(_due(uow.now).order_by(FlagRollout.due_at).limit(AT_ONCE)).all()
            for row in found:
                if not self.leases.keep(LEASE, LEASE_S):
                    break
                self._one(row.workspace_id, row.id)
        finally:
            self.leases.give_back(LEASE)
        if len(found) == AT_ONCE:
            self.more()
        return len(found)

    def _one(self, workspace_id: UUID, rollout_id: UUID) -> None:
        try:
            with self.database.unit(workspace_id) as uow:
                look(uow, rollout_id)
        except Exception:  # one that breaks must not keep the others from being looked at; it is put off, and logged
            log.exception("rollout_broke", id=str(rollout_id))
            with self.database.unit(workspace_id) as uow:
                rows.find(uow, rollout_id).due_at = uow.now + LOOK


def look(uow: UnitOfWork, rollout_id: UUID) -> Move | None:
    """Judge one and move it. None: it was not due any more."""
    row = rows.find(uow, rollout_id)
    flag, place = rows.lock(uow, row)
    if row.due_at is None or row.due_at > uow.now:
        return None
    known = weighing.evidence(uow, row)
    move = decide(rows.plan_of(row), rows.position_of(row), known, uow.now)
    breaches.tell(uow, row, flag, place, move)
    if move.kind in (Kind.WAIT, Kind.ASK_APPROVAL):
        row.due_at = move.until
    if move.kind is Kind.ASK_APPROVAL:
        try:
            with uow.part():
                asking.ask(uow, row, flag, place, known)
        except StudioError as refused:
            driving.hold(uow, row, flag, place, refused.message)
        else:
            history.write(uow, row, flag, place, history.ASKED, before=row.step)
    elif move.kind is not Kind.WAIT:
        driving.walk(uow, row, flag, place, move)
    return move


def _due(now: datetime) -> Select[UUID, UUID]:
    return select(FlagRollout.id, FlagRollout.workspace_id).where(FlagRollout.due_at <= now)
