"""Syncs of connections, and what they have copied."""

from datetime import datetime
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf
from studio.api.v1.shapes.syncs import Backfill, NewSync, RecordInfo, RecordsQuery, SyncChange, SyncInfo
from studio.connectors.models import Connection, ConnectionSync
from studio.connectors.syncing import reading, verbs
from studio.core import moments, tenancy
from studio.core.errors import InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TAG = "Syncs"
OF = "/connections/<uuid:connection_id>/syncs"
ONE = "/syncs/<uuid:sync_id>"


@operation("GET", OF, tag=TAG, needs="connection.read", answer=ListOf[SyncInfo])
def list_syncs(uow: UnitOfWork, connection_id: UUID) -> ListOf[SyncInfo]:
    """What of a connection is copied, oldest first."""
    found = reading.of(uow, _connection(uow, connection_id))
    return ListOf[SyncInfo](data=[SyncInfo.model_validate(one.row) for one in found], next_cursor=None)


@operation("POST", OF, tag=TAG, needs="connection.manage", body=NewSync, answer=SyncInfo, status=201, conflicts=True)
def create_sync(uow: UnitOfWork, connection_id: UUID, body: NewSync) -> SyncInfo:
    """Have a stream copied from now on: everything for the first time, then what changes."""
    connection = _connection(uow, connection_id)
    if body.stream not in {one.key for one in reading.streams(connection)}:
        raise InvalidInput(_("The connection has no such stream."), code="sync.stream", field="stream")
    return _told(verbs.start(uow, connection, body.stream, body.scope_id, body.every_s))


@operation("GET", ONE, tag=TAG, needs="connection.read", answer=SyncInfo)
def get_sync(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """One sync."""
    return _told(tenancy.get(uow.session, ConnectionSync, sync_id, "sync"))


@operation("PUT", ONE, tag=TAG, needs="connection.manage", body=SyncChange, answer=SyncInfo)
def replace_sync(uow: UnitOfWork, sync_id: UUID, body: SyncChange) -> SyncInfo:
    """Read it more or less often."""
    row = _locked(uow, sync_id)
    verbs.change_every(uow, row, body.every_s)
    return _told(row)


@operation("POST", f"{ONE}/now", tag=TAG, needs="connection.manage", answer=SyncInfo, conflicts=True)
def sync_now(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """Read it as soon as a worker is free."""
    row = _locked(uow, sync_id)
    verbs.now(uow, row)
    return _told(row)


@operation("POST", f"{ONE}/pause", tag=TAG, needs="connection.manage", answer=SyncInfo, conflicts=True)
def pause_sync(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """Read nothing until it goes on."""
    row = _locked(uow, sync_id)
    verbs.pause(uow, row)
    return _told(row)


@operation("POST", f"{ONE}/resume", tag=TAG, needs="connection.manage", answer=SyncInfo, conflicts=True)
def resume_sync(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """Go on where it stopped."""
    row = _locked(uow, sync_id)
    verbs.resume(uow, row)
    return _told(row)


@operation("POST", f"{ONE}/disable", tag=TAG, needs="connection.manage", answer=SyncInfo, conflicts=True)
def disable_sync(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """Switch it off; what was copied stays."""
    row = _locked(uow, sync_id)
    verbs.disable(uow, row)
    return _told(row)


@operation("POST", f"{ONE}/enable", tag=TAG, needs="connection.manage", answer=SyncInfo, conflicts=True)
def enable_sync(uow: UnitOfWork, sync_id: UUID) -> SyncInfo:
    """Switch it on again, as if it had never failed."""
    row = _locked(uow, sync_id)
    verbs.enable(uow, row)
    return _told(row)


@operation(
    "POST", f"{ONE}/backfill", tag=TAG, needs="connection.manage", body=Backfill, answer=SyncInfo, conflicts=True
)
def backfill_sync(uow: UnitOfWork, sync_id: UUID, body: Backfill) -> SyncInfo:
    """Read everything once more, or what has changed since a moment."""
    if body.since is not None and body.since.tzinfo is None:
        raise InvalidInput(_("Write the time with its offset, such as 2026-03-06T16:00:00+01:00."), field="since")
    row = _locked(uow, sync_id)
    verbs.backfill(uow, row, body.since)
    return _told(row)


@operation("GET", f"{ONE}/records", tag=TAG, needs="connection.read", query=RecordsQuery, answer=ListOf[RecordInfo])
def list_sync_records(uow: UnitOfWork, sync_id: UUID, query: RecordsQuery) -> ListOf[RecordInfo]:
    """What it has copied, those that changed last first."""
    tenancy.get(uow.session, ConnectionSync, sync_id, "sync")
    before = _place(query.cursor) if query.cursor else None
    found = reading.records(uow, sync_id, before=before, limit=query.limit + 1)
    page = found[: query.limit]
    after = f"{page[-1].changed_at.isoformat()}|{page[-1].external_id}" if len(found) > query.limit else None
    return ListOf[RecordInfo](data=[RecordInfo.model_validate(one) for one in page], next_cursor=after)


def _place(cursor: str) -> tuple[datetime, str]:
    at, _bar, external_id = cursor.partition("|")
    moment = moments.read(at)
    if moment is None or not external_id or not external_id.isprintable():
        raise InvalidInput(_("This is no cursor of this list."), code="cursor", field="cursor")
    return moment, external_id


def _connection(uow: UnitOfWork, connection_id: UUID) -> Connection:
    return tenancy.get(uow.session, Connection, connection_id, "connection")


def _locked(uow: UnitOfWork, sync_id: UUID) -> ConnectionSync:
    try:
        return verbs.find(uow, sync_id)
    except NotFound as error:
        raise NotFound(error.message, resource=error.resource) from None


def _told(row: ConnectionSync) -> SyncInfo:
    return SyncInfo.model_validate(row)
