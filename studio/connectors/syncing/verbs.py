"""What people and programs do with a sync. They take a unit of work and never commit."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from studio.connectors.models import Connection, ConnectionScope, ConnectionSync, ConnectionSyncRun
from studio.connectors.outcomes import Status
from studio.connectors.syncing import policy
from studio.connectors.syncing.outcomes import LIVE, Doing, Kind, Phase, SyncState
from studio.connectors.syncing.passing import stream_of
from studio.connectors.syncing.trail import record
from studio.core import ids
from studio.core.errors import Conflict, InvalidInput, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

WHOLE = "*"


def start(
    uow: UnitOfWork, connection: Connection, stream: str, scope_id: UUID | None = None, every_s: int | None = None
) -> ConnectionSync:
    """Have a stream copied from now on. Raises NotFound, InvalidInput with a field, Conflict where it is copied."""
    if connection.state is Status.DISCONNECTED:
        raise Conflict(_("“%(title)s” was disconnected.", title=connection.title), code="connection.status")
    found = stream_of(connection, stream)
    part = uow.session.get(ConnectionScope, scope_id) if scope_id is not None else None
    if scope_id is not None and (part is None or part.connection_id != connection.id or part.gone_at is not None):
        said = _("“%(title)s” has no such channel, store or warehouse.", title=connection.title)
        raise InvalidInput(said, code="connection.unknown_scope", field="scope")
    if part is not None and part.kind not in found.scopes:
        said = _("%(stream)s are not told apart by this.", stream=_(found.title))
        raise InvalidInput(said, code="sync.scope", field="scope")
    key = part.id.hex if part is not None else WHOLE
    same = select(ConnectionSync.id).where(
        ConnectionSync.connection_id == connection.id, ConnectionSync.stream == stream, ConnectionSync.scope_key == key
    )
    if uow.session.scalar(same) is not None:
        raise Conflict(_("%(stream)s are synced already.", stream=_(found.title)), code="sync.taken", field="stream")
    every = _every(int(found.every_s) if every_s is None else every_s)
    row = ConnectionSync(
        id=ids.new_id(), workspace_id=uow.workspace, connection_id=connection.id, stream=stream,
        scope_id=scope_id, scope_key=key, state=SyncState.IDLE, epoch=0, every_s=every, next_due_at=uow.now,
        phase=Phase.READING, kind=Kind.CHANGES, generation=0, records=0, added=0, updated=0, deleted=0, read=0,
        failures=0, created_at=uow.now, created_by=uow.actor.user_id, updated_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    record(uow, "connection.sync_started", row)
    return row


def find(uow: UnitOfWork, sync_id: UUID) -> ConnectionSync:
    """One of the workspace's syncs, locked. Raises NotFound."""
    row = uow.session.get(ConnectionSync, sync_id, with_for_update=True)
    if row is None:
        raise NotFound(_("There is no such sync."), code="sync.unknown", resource=f"sync:{sync_id}")
    return row


def now(uow: UnitOfWork, row: ConnectionSync) -> None:
    """Read it as soon as a worker is free; a provider that wants to be left alone still is. Raises Conflict."""
    _move(row, Doing.ASK)
    if row.state != SyncState.RATE_LIMITED:
        row.next_due_at = min(row.next_due_at, uow.now)
    _changed(uow, row, "now")


def pause(uow: UnitOfWork, row: ConnectionSync) -> None:
    """Read nothing until it goes on; a page that is being read now is not kept. Raises Conflict."""
    _move(row, Doing.PAUSE)
    _changed(uow, row, "pause")


def resume(uow: UnitOfWork, row: ConnectionSync) -> None:
    """Go on where it stopped. Raises Conflict."""
    _move(row, Doing.RESUME)
    row.next_due_at = uow.now
    _changed(uow, row, "resume")


def disable(uow: UnitOfWork, row: ConnectionSync) -> None:
    """Switch it off; what was copied stays. Raises Conflict."""
    _move(row, Doing.DISABLE)
    _changed(uow, row, "disable")


def enable(uow: UnitOfWork, row: ConnectionSync) -> None:
    """Switch it on: it goes on where it stopped, as if it had never failed. Raises Conflict."""
    _move(row, Doing.ENABLE)
    row.next_due_at, row.failures, row.failing_since, row.told_at = uow.now, 0, None, None
    _changed(uow, row, "enable")


def change_every(uow: UnitOfWork, row: ConnectionSync, every_s: int) -> None:
    """Another time between two passes. Raises InvalidInput."""
    before, row.every_s = row.every_s, _every(every_s)
    if row.succeeded_at is not None and row.state == SyncState.SUCCEEDED:
        row.next_due_at = row.succeeded_at + timedelta(seconds=row.every_s)
    _changed(uow, row, "every", {"every_s": (before, row.every_s)})


def backfill(uow: UnitOfWork, row: ConnectionSync, since: datetime | None = None) -> None:
    """Read everything once more, or what has changed since a moment; records stay in the meantime.

    A pass that is open ends here. Raises InvalidInput for a moment that its stream cannot begin at, Conflict where
    everything is being read for the first time, or it is paused or switched off.
    """
    connection = uow.session.get_one(Connection, row.connection_id)
    stream = stream_of(connection, row.stream)
    if since is not None and stream.since is None:
        said = _("%(stream)s can only be read from the start.", stream=_(stream.title))
        raise InvalidInput(said, code="sync.since", field="since")
    if since is not None and since > uow.now:
        raise InvalidInput(_("Choose a moment that has passed."), code="sync.since", field="since")
    if row.full_at is None:
        said = _("Everything is being read for the first time already. Wait until that is done.")
        raise Conflict(said, code="sync.first")
    if SyncState(row.state) not in LIVE:
        raise Conflict(_("Let the sync go on first: it is paused or switched off."), code="sync.state")
    if row.run_id is not None:
        run = uow.session.get_one(ConnectionSyncRun, row.run_id)
        run.state = SyncState.PARTIAL if run.pages else SyncState.FAILED
        run.ended_at, run.error_code = uow.now, "sync.replaced"
        run.error = _("Somebody had records read again before this pass was done.")
    if row.state != SyncState.RATE_LIMITED:
        row.state, row.next_due_at = SyncState.QUEUED, uow.now
    row.run_id, row.since, row.phase = None, since, Phase.READING
    row.kind = Kind.FULL if since is None else Kind.SINCE
    _changed(uow, row, "backfill")


def _move(row: ConnectionSync, doing: Doing) -> None:
    after = policy.following(SyncState(row.state), doing)
    if after is None:
        said = _("The sync is %(state)s, so this cannot be done now. Reload the page.",
                 state=row.state.replace("_", " "))  # fmt: skip
        raise Conflict(said, code="sync.state")
    row.state = after


def _changed(
    uow: UnitOfWork, row: ConnectionSync, do: str, changes: Mapping[str, tuple[int, int]] | None = None
) -> None:
    """Whoever reads it now by what was before writes nothing more."""
    if do not in ("now", "every"):
        row.epoch += 1
    row.updated_at = uow.now
    record(uow, "connection.sync_changed", row, changes or {}, do=do)


def _every(every_s: int) -> int:
    if not policy.FEWEST_S <= every_s <= policy.MOST_EVERY_S:
        said = _("Choose from a minute to seven days.")
        raise InvalidInput(said, code="sync.every", field="every_s")
    return every_s
