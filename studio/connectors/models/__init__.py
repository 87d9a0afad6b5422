"""Tables of connections."""

from studio.connectors.models.connections import (
    Connection,
    ConnectionCall,
    ConnectionCredential,
    ConnectionScope,
    ConnectionWaiter,
    ConnectSession,
)

__all__ = [
    "ConnectSession",
    "Connection",
    "ConnectionCall",
    "ConnectionCredential",
    "ConnectionScope",
    "ConnectionWaiter",
]
