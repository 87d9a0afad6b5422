"""What this package tells the audit trail."""

from typing import Any

from studio.core.unit_of_work import UnitOfWork


def record(
    uow: UnitOfWork,
    action: str,
    *targets: tuple[str, object, str],
    changes: dict[str, tuple[Any, Any]] | None = None,
    refused: bool = False,
    **metadata: Any,
) -> None:
    """Record one event. A target is its type, id and name; a change is what it was and what it is."""
