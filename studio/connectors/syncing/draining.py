"""The loop that syncs: takes syncs that are due, one worker a sync, each for a few seconds before the next one's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from sqlalchemy import Select, select

from studio.connectors.calling.opening import Accounts
from studio.connectors.models import Connection, ConnectionSync
from studio.connectors.policy import USABLE
from studio.connectors.syncing.changes import Tell, nobody
from studio.connectors.syncing.outcomes import LIVE
from studio.connectors.syncing.turn import Turn
from studio.contract.ports import Leases
from studio.contract.turns import Keep, Turns
from studio.core.targets import Targets

LEASE_S = 90.0
"""Longer than a request may take between two renewals."""
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Syncing:
    """Reads the syncs of all workspaces. Any thread, any process."""

    accounts: Accounts
    leases: Leases
    targets: Targets
    """Of the process: a system that fails is left alone by its steps and syncs alike."""
    tell: Tell = nobody
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was read."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.accounts.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow.now).limit(1)).first() is not None

    def drain(self) -> int:
        """Give every sync that is due a turn. Returns how many records were read."""
        with self.accounts.database.across(read_only=True) as uow:
            found = uow.session.execute(_due(uow.now).order_by(ConnectionSync.next_due_at).limit(AT_ONCE)).all()
        turns = Turns("sync", self.leases, LEASE_S, self.more)
        return sum(turns.give(row.id, partial(self._turn, row.workspace_id, row.id)) for row in found)

    def _turn(self, workspace_id: UUID, sync_id: UUID, keep: Keep) -> Turn:
        return Turn(self.accounts, self.tell, self.targets, workspace_id, sync_id, keep)


def _due(now: object) -> Select[UUID, UUID]:
    """Of a connection that cannot be used nothing is due: it goes on by itself once it can."""
    return (
        select(ConnectionSync.id, ConnectionSync.workspace_id)
        .join(Connection, Connection.id == ConnectionSync.connection_id)
        .where(ConnectionSync.state.in_(LIVE), ConnectionSync.next_due_at <= now, Connection.status.in_(USABLE))
    )
