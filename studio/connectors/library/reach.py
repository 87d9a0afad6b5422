"""What steps reach imported descriptions by."""

from uuid import UUID

from studio.connectors.library import looking
from studio.connectors.openapi.operations.operation import Operation
from studio.core.unit_of_work import Database

_joined: list[Database] = []


def join(database: Database) -> None:
    """Say where they are kept. Called at the start of every process."""
    _joined[:] = [database]


def operation(workspace_id: UUID, name: str, key: str) -> Operation | None:
    """One operation as its document says it now; None: it has none of this key."""
    with _joined[0].unit(workspace_id, read_only=True) as unit:
        return looking.operation(unit, name, key)
