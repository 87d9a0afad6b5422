"""What this package tells the audit trail."""

from collections.abc import Mapping, Sequence
from typing import Any

from studio import audit
from studio.core.unit_of_work import UnitOfWork

_PERSONAL = ("user", "mail")
"""Targets that are called by somebody's name or address."""


def record(
    uow: UnitOfWork,
    action: str,
    target: tuple[str, object, str],
    *,
    changes: Mapping[str, tuple[Any, Any]] | Sequence[audit.Change] | None = None,
    failed: bool = False,
    **metadata: Any,
) -> None:
    """Record one event. A target is its type, id and name; a change is what it was and what it is."""
    kind, key, name = target
    audit.record(
        uow,
        action,
        targets=[audit.Target(kind, str(key), name, personal=kind in _PERSONAL)],
        changes=changes or (),
        metadata=metadata,
        outcome="failure" if failed else "success",
    )
