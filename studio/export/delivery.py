"""The loop that delivers: takes destinations that are due, one worker a destination, in order, at least once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import Select, and_, or_, select

from studio.audit.models import AuditHead
from studio.contract.ports import Leases
from studio.contract.turns import Keep, Turns
from studio.core.unit_of_work import Database
from studio.export.components import Reach
from studio.export.models import ExportDestination
from studio.export.outcomes import LIVE
from studio.export.turn import Turn

LEASE_S = 60.0
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Delivery:
    """Supplies the destinations of all workspaces. Any thread, any process."""

    database: Database
    leases: Leases
    reach: Reach
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was delivered."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow.now).limit(1)).first() is not None

    def drain(self) -> int:
        """Give every destination that is due a turn. Returns how many events were settled."""
        with self.database.across(read_only=True) as uow:
            found = uow.session.execute(_due(uow.now).order_by(ExportDestination.due_at).limit(AT_ONCE)).all()
        turns = Turns("export", self.leases, LEASE_S, self.more)
        return sum(turns.give(row.id, partial(self._turn, row.workspace_id, row.id)) for row in found)

    def _turn(self, workspace_id: UUID, destination_id: UUID, keep: Keep) -> Turn:
        return Turn(self.database, self.reach, workspace_id, destination_id, keep)


def _due(now: object) -> Select[UUID, UUID]:
    behind = AuditHead.seq > ExportDestination.cursor
    return (
        select(ExportDestination.id, ExportDestination.workspace_id)
        .join(AuditHead, AuditHead.workspace_id == ExportDestination.workspace_id)
        .where(
            and_(ExportDestination.state.in_(LIVE), ExportDestination.due_at <= now),
            or_(behind, ExportDestination.letters_queued > 0),
        )
    )
