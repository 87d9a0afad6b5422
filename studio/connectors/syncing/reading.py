"""What people are shown of syncs: pages of keys, never of offsets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from studio.connectors.catalogue import connectors
from studio.connectors.models import (
    Connection,
    ConnectionCall,
    ConnectionRecord,
    ConnectionScope,
    ConnectionSync,
    ConnectionSyncRun,
)
from studio.connectors.syncing.passing import purpose
from studio.connectors.syncs.stream import Stream
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Shown:
    """One sync with what its row does not say."""

    row: ConnectionSync
    stream: Stream | None
    """None: this Studio no longer knows it."""
    scope: ConnectionScope | None
    now: datetime

    @property
    def title(self) -> str:
        """Of the stream, in the reader's language."""
        return _(self.stream.title) if self.stream is not None else self.row.stream

    @property
    def lag_s(self) -> float | None:
        """Seconds since the moment up to which everything is here; None: never yet."""
        return (self.now - self.row.synced_to).total_seconds() if self.row.synced_to is not None else None


def one(uow: UnitOfWork, connection: Connection, sync_id: UUID) -> Shown:
    """A sync of a connection. Raises NotFound."""
    row = uow.session.get(ConnectionSync, sync_id)
    if row is None or row.connection_id != connection.id:
        raise NotFound(_("There is no such sync."), code="sync.unknown", resource=f"sync:{sync_id}")
    return _shown(uow, connection, row)


def of(uow: UnitOfWork, connection: Connection) -> list[Shown]:
    """All of a connection."""
    query = select(ConnectionSync).where(ConnectionSync.connection_id == connection.id).order_by(ConnectionSync.id)
    return [_shown(uow, connection, row) for row in uow.session.scalars(query)]


def streams(connection: Connection) -> Sequence[Stream]:
    """What could be synced."""
    definition = connectors().get(connection.connector)
    return definition.streams if definition is not None else ()


def _shown(uow: UnitOfWork, connection: Connection, row: ConnectionSync) -> Shown:
    stream = next((found for found in streams(connection) if found.key == row.stream), None)
    scope = uow.session.get(ConnectionScope, row.scope_id) if row.scope_id is not None else None
    return Shown(row, stream, scope, uow.now)


def passes(uow: UnitOfWork, sync_id: UUID, limit: int = 20) -> list[ConnectionSyncRun]:
    """Newest first."""
    query = select(ConnectionSyncRun).where(ConnectionSyncRun.sync_id == sync_id)
    return list(uow.session.scalars(query.order_by(ConnectionSyncRun.id.desc()).limit(limit)))


def calls(uow: UnitOfWork, shown: Shown, limit: int = 20) -> list[ConnectionCall]:
    """Requests for it, newest first, among the connection's last thousand."""
    newest = select(ConnectionCall.id).where(ConnectionCall.connection_id == shown.row.connection_id)
    newest = newest.order_by(ConnectionCall.id.desc()).limit(1_000)
    query = select(ConnectionCall).where(ConnectionCall.id.in_(newest.scalar_subquery()))
    query = query.where(ConnectionCall.purpose == purpose(shown.row.stream, shown.scope))
    return list(uow.session.scalars(query.order_by(ConnectionCall.id.desc()).limit(limit)))


def records(
    uow: UnitOfWork, sync_id: UUID, *, before: tuple[datetime, str] | None = None, external_id: str = "", limit: int
) -> list[ConnectionRecord]:
    """Those that changed last first, behind a place; or the one of an id."""
    query = select(ConnectionRecord).where(ConnectionRecord.sync_id == sync_id)
    place = tuple_(ConnectionRecord.changed_at, ConnectionRecord.external_id)
    if external_id:
        query = query.where(ConnectionRecord.external_id == external_id)
    if before is not None:
        query = query.where(place < before)
    newest = ConnectionRecord.changed_at.desc(), ConnectionRecord.external_id.desc()
    return list(uow.session.scalars(query.order_by(*newest).limit(limit)))
