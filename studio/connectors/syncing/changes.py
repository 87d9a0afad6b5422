"""What has changed is told to whoever listens, in the transaction that keeps it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from studio.connectors.hooks import emitting
from studio.connectors.models import Connection, ConnectionScope, ConnectionSync
from studio.connectors.syncing import rows
from studio.connectors.syncing.outcomes import Change, Kind
from studio.connectors.syncing.telling_apart import Apart
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Changed:
    """One record that is new, has changed, or is gone."""

    change: Change
    external_id: str
    data: Mapping[str, Any]
    """As it is now; of one that is gone, as it last was."""


Tell = Callable[[UnitOfWork, Connection, ConnectionScope | None, str, Iterator[Changed]], None]
"""Starts the workflows that listen: unit, connection, scope, the stream's key, what has changed."""


def nobody(
    _uow: UnitOfWork, _row: Connection, _scope: ConnectionScope | None, _stream: str, _found: Iterator[Changed]
) -> None:
    """Tell nobody."""


def start_workflows(
    anybody: Callable[[UnitOfWork, str], bool],
    uow: UnitOfWork,
    connection: Connection,
    scope: ConnectionScope | None,
    stream: str,
    found: Iterator[Changed],
) -> None:
    """Start the workflows that listen for records of the connection. `anybody`: whether any trigger is of a type."""
    if not anybody(uow, emitting.RECORD):
        return
    for one in found:
        told = {"stream": stream, "change": one.change.value, "id": one.external_id, "record": one.data}
        try:
            emitting.emit(uow, connection, scope, emitting.RECORD_CHANGED, told)
        except InvalidInput as error:  # too large for a run; the record itself is kept
            log.warning("record_not_told", connection=connection.handle, stream=stream, code=error.code)


def of_page(uow: UnitOfWork, row: ConnectionSync, apart: Apart) -> Iterator[Changed]:
    """The changes of a page in its order, those that are gone last."""
    for change, given in apart.written:
        yield Changed(change, given.external_id, given.data)
    for external_id, data in rows.data_of(uow, row.id, apart.deleted).items():
        yield Changed(Change.DELETED, external_id, data)


def tell(uow: UnitOfWork, telling: Tell, row: ConnectionSync, found: Iterator[Changed]) -> None:
    """Tell of them, but of nothing that a first pass finds: what was always there has not just happened."""
    if row.kind == Kind.FIRST:
        return
    connection = uow.session.get_one(Connection, row.connection_id)
    scope = uow.session.get_one(ConnectionScope, row.scope_id) if row.scope_id is not None else None
    telling(uow, connection, scope, row.stream, found)
