"""What the audit trail says of connections."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio import audit
from studio.connectors.models import Connection
from studio.core.unit_of_work import UnitOfWork

Changes = Sequence[audit.Change] | Mapping[str, tuple[Any, Any]]


def record(uow: UnitOfWork, action: str, row: Connection, changes: Changes = (), **facts: Any) -> None:
    """One entry about a connection; `changes` as `audit.record` takes them."""
    of = {"connector": row.connector, "environment": row.environment}
    target = audit.Target("connection", str(row.id), row.title)
    audit.record(uow, action, targets=[target], changes=changes, metadata={**of, **facts})
