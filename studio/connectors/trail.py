"""What the audit trail says of connections."""

from typing import Any

from studio import audit
from studio.connectors.models import Connection
from studio.core.unit_of_work import UnitOfWork


def record(uow: UnitOfWork, action: str, row: Connection, **facts: Any) -> None:
    """One entry about a connection."""
    of = {"connector": row.connector, "environment": row.environment}
    audit.record(uow, action, targets=[audit.Target("connection", str(row.id), row.title)], metadata={**of, **facts})
