"""What happens to flags starts the workflows that listen for it, in the transaction in which it happens."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagVersion
from studio.flags.service.sharing import largest_share

CHANGED = "flag.changed"
"""The node type that listens for changes of flags."""
_CHANGES = 50
"""Fields that one event tells of; the version has them all."""
_SHOWN = 2_000
"""Characters of one value in an event."""


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, for those who know the workflows."""

    type: str
    """Of the triggers that may listen."""
    listens: Callable[[Mapping[str, Any]], bool]
    """Whether a trigger with this config is meant."""
    name: str
    data: Mapping[str, Any]
    run_id: UUID | None = None
    """The run whose step made it happen: its own workflow does not hear it."""
    meta: Mapping[str, Any] = field(default_factory=dict)


Emit = Callable[[UnitOfWork, Happened], None]
_joined: list[Emit] = []


def join(emit: Emit) -> None:
    """Say who starts workflows. Called at the start of every process."""
    _joined[:] = [emit]


def emit(uow: UnitOfWork, happened: Happened) -> None:
    """Start all that listen."""
    for start in _joined:
        start(uow, happened)


def changed(
    uow: UnitOfWork, flag: Flag, place: FlagEnvironment | None, version: FlagVersion, before: Mapping[str, Any]
) -> None:
    """Tell of a version. `place` None: what is the flag's own was changed."""
    told: dict[str, Any] = {
        "event": CHANGED,
        "flag": flag.key,
        "environment": place.name if place is not None else None,
        "version": version.number,
        "enabled": version.state["enabled"] if place is not None else None,
        "was_enabled": before["enabled"] if place is not None else None,
        "percent": largest_share(version.state) if place is not None else None,
        "archived": flag.archived_at is not None,
        "changes": [
            {"field": one["field"], "before": _short(one["before"]), "after": _short(one["after"])}
            for one in version.changes[:_CHANGES]
        ],
        "by": version.cause,
        "note": version.note,
    }

    def listens(config: Mapping[str, Any]) -> bool:
        return means(config, told)

    emit(uow, Happened(CHANGED, listens, CHANGED, told, version.run_id, {"flag": flag.key}))


def means(config: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether a trigger's config asks for what happened to a flag. An empty name means all. Pure."""
    wanted, place = config.get("flag") or "", config.get("environment") or ""
    if wanted and wanted != told["flag"]:
        return False
    return not place or told.get("environment") in (place, None)


def _short(value: Any) -> Any:
    words = str(value)
    return value if len(words) <= _SHOWN else words[: _SHOWN - 1] + "…"
