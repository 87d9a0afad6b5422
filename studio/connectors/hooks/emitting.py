"""What happens at a connection starts the workflows that listen for it, in the transaction in which it is noticed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.connectors.models import Connection, ConnectionScope
from studio.core.unit_of_work import UnitOfWork

EVENT, RECORD = "connection.event", "connection.record"
"""The node types that listen: to a shop's webhooks, to what a sync has found changed."""
RECORD_CHANGED = "record.changed"


@dataclass(frozen=True, slots=True)
class Happened:
    """One event, for those who know the workflows."""

    type: str
    """Of the triggers that may listen."""
    listens: Callable[[Mapping[str, Any]], bool]
    """Whether a trigger with this config is meant."""
    name: str
    data: Mapping[str, Any]
    meta: Mapping[str, Any] = field(default_factory=dict)
    """Kept beside each event: where it came from."""
    key: str | None = None
    """Repeats of it start no second run of the same workflow; None: whoever emits has seen to that."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of it."""

    listeners: int
    """Active triggers that mean it."""
    started: int
    """Runs; the rest was filtered, gathered, a repeat, or turned away, and its workflow's events say which."""


Emit = Callable[[UnitOfWork, Happened], Heard]
_joined: list[Emit] = []


def join(emit: Emit) -> None:
    """Say who starts workflows. Called at the start of every process."""
    _joined[:] = [emit]


def emit(
    uow: UnitOfWork,
    connection: Connection,
    scope: ConnectionScope | None,
    event: str,
    data: Mapping[str, Any],
    key: str | None = None,
    **meta: Any,
) -> Heard:
    """Start all that listen. `data` is what runs get, beside the event's name, the connection and the scope.

    `record.changed` needs `stream` and `change` (`added`, `updated` or `deleted`) in its data. Raises InvalidInput
    for data that cannot be stored; nothing has started then.
    """
    part = {"id": scope.external_id, "name": scope.name} if scope is not None else None
    told = {"event": event, "connection": connection.handle, "scope": part, **data}

    def listens(config: Mapping[str, Any]) -> bool:
        return means(config, told)

    kind = RECORD if event == RECORD_CHANGED else EVENT
    return _joined[0](uow, Happened(kind, listens, event, told, {"connection": connection.handle, **meta}, key))


def means(config: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether a trigger's config asks for what happened. An empty scope means all of them. Pure."""
    if config.get("connection") != told["connection"]:
        return False
    wanted, part = config.get("scope") or "", told["scope"]
    if wanted and (part is None or wanted not in (part["id"], part["name"])):
        return False
    if told["event"] != RECORD_CHANGED:
        return bool(config.get("event", "order.created") == told["event"])
    changes = config.get("changes") or ("added", "updated", "deleted")
    return config.get("stream") == told["stream"] and told["change"] in changes
