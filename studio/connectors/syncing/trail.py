"""What the audit trail says of syncs."""

from typing import Any

from studio.connectors import trail
from studio.connectors.models import Connection, ConnectionScope, ConnectionSync
from studio.core.unit_of_work import UnitOfWork


def record(uow: UnitOfWork, action: str, row: ConnectionSync, changes: trail.Changes = (), **facts: Any) -> None:
    """One entry about a sync, at its connection."""
    connection = uow.session.get_one(Connection, row.connection_id)
    part = uow.session.get_one(ConnectionScope, row.scope_id) if row.scope_id is not None else None
    scope = part.external_id if part is not None else ""
    trail.record(uow, action, connection, changes, stream=row.stream, scope=scope, **facts)
