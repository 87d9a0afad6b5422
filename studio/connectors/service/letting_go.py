"""Connections that were disconnected long ago go for good, with all that hangs on them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from studio.accounts.models import Workspace
from studio.connectors.models import (
    Connection,
    ConnectionCall,
    ConnectionCredential,
    ConnectionDelivery,
    ConnectionHook,
    ConnectionRecord,
    ConnectionScope,
    ConnectionSync,
    ConnectionSyncRun,
    ConnectionWaiter,
    ConnectSession,
)
from studio.connectors.outcomes import Status
from studio.core.unit_of_work import UnitOfWork

AT_ONCE = 5_000
"""Records of a pass: a shop's may be a million, and whoever writes waits for no purge."""
PARTS = (
    ConnectionSyncRun, ConnectionSync, ConnectionDelivery, ConnectionHook,
    ConnectionCall, ConnectSession, ConnectionWaiter, ConnectionCredential, ConnectionScope,
)  # fmt: skip
"""What hangs on a connection, those first that hang on others."""


def purge(uow: UnitOfWork) -> None:
    """Delete some, in a unit of the workspace; its runs, which may name them, are kept no longer than they are."""
    days = uow.session.scalar(select(Workspace.retention_days).where(Workspace.id == uow.workspace)) or 0
    old = select(Connection.id).where(
        Connection.status == Status.DISCONNECTED.value, Connection.disconnected_at < uow.now - timedelta(days=days)
    )
    for connection_id in uow.session.scalars(old.order_by(Connection.disconnected_at).limit(10)).all():
        if not _records(uow, connection_id):
            return
        for part in PARTS:
            gone = delete(part).where(_of(part, connection_id))
            uow.session.execute(gone.execution_options(synchronize_session=False))
        uow.session.execute(delete(Connection).where(Connection.id == connection_id))


def _records(uow: UnitOfWork, connection_id: UUID) -> bool:
    """Whether the last of its records is gone."""
    syncs = select(ConnectionSync.id).where(ConnectionSync.connection_id == connection_id)
    for sync_id in uow.session.scalars(syncs).all():
        mine = ConnectionRecord.sync_id == sync_id
        keys = list(uow.session.scalars(select(ConnectionRecord.external_id).where(mine).limit(AT_ONCE)))
        if keys:
            gone = delete(ConnectionRecord).where(mine, ConnectionRecord.external_id.in_(keys))
            uow.session.execute(gone.execution_options(synchronize_session=False))
        if len(keys) == AT_ONCE:
            return False
    return True


def _of(part: type[Any], connection_id: UUID) -> ColumnElement[bool]:
    if part is ConnectionSyncRun:
        syncs = select(ConnectionSync.id).where(ConnectionSync.connection_id == connection_id)
        return ConnectionSyncRun.sync_id.in_(syncs)
    owner: ColumnElement[UUID] = part.connection_id
    return owner == connection_id
