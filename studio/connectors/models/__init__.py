"""Tables of connections."""

from studio.connectors.models.connections import (
    Connection,
    ConnectionCall,
    ConnectionCredential,
    ConnectionScope,
    ConnectionWaiter,
    ConnectSession,
)
from studio.connectors.models.documents import ConnectorDocument, ConnectorOperation
from studio.connectors.models.hooks import ConnectionDelivery, ConnectionHook
from studio.connectors.models.syncs import ConnectionRecord, ConnectionSync, ConnectionSyncRun

__all__ = [
    "ConnectSession",
    "Connection",
    "ConnectionCall",
    "ConnectionCredential",
    "ConnectionDelivery",
    "ConnectionHook",
    "ConnectionRecord",
    "ConnectionScope",
    "ConnectionSync",
    "ConnectionSyncRun",
    "ConnectionWaiter",
    "ConnectorDocument",
    "ConnectorOperation",
]
