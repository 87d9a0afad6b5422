"""A pass on the rows: taken up, one page kept, swept, ended, failed. Takes a unit of work, never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, update

from studio.connectors.calling import reporting
from studio.connectors.calling.authorised import Trace
from studio.connectors.catalogue import connector
from studio.connectors.errors import ApiError
from studio.connectors.models import Connection, ConnectionScope, ConnectionSync, ConnectionSyncRun
from studio.connectors.policy import USABLE
from studio.connectors.syncing import changes, notices, policy, rows
from studio.connectors.syncing.changes import Changed, Tell
from studio.connectors.syncing.outcomes import LIVE, Change, Doing, Kind, Phase, SyncState
from studio.connectors.syncing.telling_apart import given, told_apart
from studio.connectors.syncing.trail import record
from studio.connectors.syncs.stream import MOST_CURSOR, Cursor, Page, Stream
from studio.core import ids, rng
from studio.core.errors import NotFound, StudioError
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.core.unit_of_work import UnitOfWork


class Lost(Exception):
    """Another worker has the sync, or somebody has changed what it does, since."""


@dataclass(slots=True)
class Plan:
    """What a turn goes by."""

    connection_id: UUID
    stream: Stream
    scope_id: UUID | None
    purpose: str
    """Of its requests in the connection's log."""
    epoch: int
    phase: Phase
    cursor: Cursor | None


def stream_of(connection: Connection, key: str) -> Stream:
    """The stream as the connector's definition has it now. Raises NotFound."""
    found: Stream | None = next((one for one in connector(connection.connector).streams if one.key == key), None)
    if found is None:
        words = _("This Studio no longer syncs %(stream)s of %(connector)s.", stream=key,
                  connector=connection.connector)  # fmt: skip
        raise NotFound(words, code="sync.unknown_stream", field="stream")
    return found


def take(uow: UnitOfWork, sync_id: UUID) -> Plan | None:
    """Begin a turn; None: it is not due by now, its connection cannot be used, or its stream is gone from Studio."""
    row = uow.session.get(ConnectionSync, sync_id, with_for_update=True)
    if row is None or SyncState(row.state) not in LIVE or row.next_due_at > uow.now:
        return None
    connection = uow.session.get_one(Connection, row.connection_id)
    if connection.state not in USABLE:
        return None
    scope = uow.session.get_one(ConnectionScope, row.scope_id) if row.scope_id is not None else None
    row.epoch += 1
    try:
        stream = stream_of(connection, row.stream)
    except NotFound as gone:
        row.error_code, row.error = gone.code, gone.message
        _switch_off(uow, row)
        return None
    move(row, Doing.TAKE)
    if row.run_id is None:
        _open(uow, row, stream)
    else:
        uow.session.get_one(ConnectionSyncRun, row.run_id).state = SyncState.RUNNING
    return Plan(
        connection.id, stream, row.scope_id, purpose(row.stream, scope), row.epoch, Phase(row.phase), row.cursor
    )


def purpose(stream: str, scope: ConnectionScope | None) -> str:
    """What its requests are for, in the connection's log."""
    return f"sync:{stream}" if scope is None else f"sync:{stream}@{scope.kind}:{scope.external_id}"[:80]


def _open(uow: UnitOfWork, row: ConnectionSync, stream: Stream) -> None:
    """A new pass: what is asked for, else what its turn is."""
    if row.since is not None and stream.since is not None:
        row.kind, row.cursor = Kind.SINCE, dict(stream.since(row.since))
    elif row.kind != Kind.FULL or row.full_at is None:  # a whole listing that somebody asked for stays one
        row.kind = policy.kind_of_next(
            deletions=stream.deletions, by_changes=stream.cursor_field is not None, full_at=row.full_at,
            full_every_s=stream.full_every_s, now=uow.now,
        )  # fmt: skip
    if row.kind in (Kind.FULL, Kind.FIRST):
        row.cursor, row.generation = None, row.generation + 1
    row.since, row.phase = None, Phase.READING
    run = ConnectionSyncRun(
        id=ids.new_id(), workspace_id=uow.workspace, sync_id=row.id, kind=row.kind, state=SyncState.RUNNING,
        started_at=uow.now, pages=0, read=0, added=0, updated=0, deleted=0, refused=0, failures=0,
    )  # fmt: skip
    uow.session.add(run)
    uow.session.flush()
    row.run_id = run.id


def mine(uow: UnitOfWork, sync_id: UUID, epoch: int) -> tuple[ConnectionSync, ConnectionSyncRun]:
    """The rows, locked, of whoever has taken it last. Raises Lost for anybody else."""
    row = uow.session.get(ConnectionSync, sync_id, with_for_update=True)
    if row is None or row.epoch != epoch or row.state != SyncState.RUNNING or row.run_id is None:
        raise Lost
    return row, uow.session.get_one(ConnectionSyncRun, row.run_id)


def keep(uow: UnitOfWork, sync_id: UUID, plan: Plan, page: Page, traces: Sequence[Trace], tell: Tell) -> bool:
    """Keep a page: records, cursor, counts, what it has started, its requests. True: the pass is over with it.

    Raises Lost, and ApiError for a page that no definition should give.
    """
    row, run = mine(uow, sync_id, plan.epoch)
    _check(page, plan.cursor)
    found, refused = given(page, plan.stream.record_key)
    known = rows.known(uow, row.id, {*found, *page.deleted})
    apart = told_apart(found, page.deleted, known)
    rows.write(uow, row.id, row.generation, [one for _change, one in apart.written])
    if row.kind in (Kind.FULL, Kind.FIRST):
        rows.see(uow, row.id, row.generation, apart.unchanged)
    rows.end(uow, row.id, apart.deleted)
    if apart.written or apart.deleted:
        changes.tell(uow, tell, row, changes.of_page(uow, row, apart))
    added, updated = apart.count(Change.ADDED), apart.count(Change.UPDATED)
    _count(row, run, read=len(page.records), added=added, updated=updated, deleted=len(apart.deleted))
    run.pages += 1
    run.refused += refused
    row.cursor = dict(page.cursor) if page.cursor is not None else None
    row.next_due_at = row.updated_at = uow.now
    _well(row)
    reporting.log(uow, row.connection_id, traces, plan.purpose)
    plan.cursor = page.cursor
    if not page.done:
        return False
    if policy.sweeps(Kind(row.kind), plan.stream.deletions):
        row.phase = plan.phase = Phase.SWEEPING
        return False
    end(uow, row, run)
    return True


def sweep(uow: UnitOfWork, sync_id: UUID, plan: Plan, after: str, tell: Tell) -> str | None:
    """Mark some of what a whole listing has not named as deleted. The id to go on behind; None: the pass is over."""
    row, run = mine(uow, sync_id, plan.epoch)
    found = rows.unseen(uow, row.id, row.generation, after)
    if not found:
        end(uow, row, run)
        return None
    rows.end(uow, row.id, list(found))
    changes.tell(uow, tell, row, (Changed(Change.DELETED, key, data) for key, data in found.items()))
    _count(row, run, read=0, added=0, updated=0, deleted=len(found))
    row.next_due_at = row.updated_at = uow.now
    return max(found)


def end(uow: UnitOfWork, row: ConnectionSync, run: ConnectionSyncRun) -> None:
    """The pass has come to its end."""
    move(row, Doing.END)
    run.state, run.ended_at = SyncState.SUCCEEDED, uow.now
    run.error = run.error_code = None
    if run.refused:
        run.error_code = "sync.records_refused"
        run.error = ngettext("%(count)s record could not be kept: it has no id, or is larger than 256 KiB.",
                             "%(count)s records could not be kept: they have no id, or are larger than 256 KiB.",
                             run.refused, count=separated(run.refused))  # fmt: skip
    if row.kind in (Kind.FULL, Kind.FIRST):
        row.full_at = run.started_at
    row.synced_to, row.succeeded_at = run.started_at, uow.now
    row.run_id, row.kind, row.phase = None, Kind.CHANGES, Phase.READING
    row.next_due_at, row.updated_at = uow.now + timedelta(seconds=row.every_s), uow.now
    row.error, row.error_code = run.error, run.error_code
    _well(row)


def fall(uow: UnitOfWork, sync_id: UUID, plan: Plan, error: StudioError) -> None:
    """An attempt has failed: come back later. Raises Lost."""
    row, run = mine(uow, sync_id, plan.epoch)
    row.failures, run.failures = row.failures + 1, run.failures + 1
    row.failing_since = row.failing_since or uow.now
    move(row, Doing.STOP if run.pages else Doing.FALL)
    pause = policy.pause_s(row.failures, error.wait_s if isinstance(error, ApiError) else None, rng.jitter(1.0))
    row.next_due_at, row.updated_at = uow.now + timedelta(seconds=pause), uow.now
    run.state, run.error_code, run.error = row.state, error.code[:80], error.message
    row.error_code, row.error = run.error_code, run.error
    failing = uow.now - row.failing_since
    if policy.is_off(row.failures, failing):
        _switch_off(uow, row)
    elif policy.is_to_tell(row.failures, failing, told=row.told_at is not None):
        row.told_at = uow.now
        notices.queue(uow, row, notices.FAILING)


def _switch_off(uow: UnitOfWork, row: ConnectionSync) -> None:
    move(row, Doing.DISABLE)
    record(uow, "connection.sync_switched_off", row, code=row.error_code or "")
    notices.queue(uow, row, notices.OFF)


def limit(uow: UnitOfWork, sync_id: UUID, plan: Plan, error: ApiError) -> None:
    """The provider wants to be left alone: so it is, by all syncs of the connection. Raises Lost."""
    row, run = mine(uow, sync_id, plan.epoch)
    move(row, Doing.LIMIT)
    row.next_due_at = uow.now + timedelta(seconds=policy.limited_s(error.wait_s))
    row.updated_at, row.error_code, row.error = uow.now, error.code[:80], error.message
    run.state = row.state
    others = select(ConnectionSync.id).where(
        ConnectionSync.connection_id == row.connection_id, ConnectionSync.id != row.id,
        ConnectionSync.state.in_(LIVE), ConnectionSync.next_due_at < row.next_due_at,
    )  # fmt: skip
    free = list(uow.session.scalars(others.with_for_update(skip_locked=True)))  # who reads now finds out by itself
    later = update(ConnectionSync).where(ConnectionSync.id.in_(free)).values(next_due_at=row.next_due_at)
    uow.session.execute(later.execution_options(synchronize_session=False))


def hold(uow: UnitOfWork, sync_id: UUID, plan: Plan, error: StudioError, wait_s: float = 0.0) -> None:
    """The connection cannot be used now: it goes on by itself when it can. No failure of the sync. Raises Lost.

    `wait_s`: seconds before it is looked at again.
    """
    row, run = mine(uow, sync_id, plan.epoch)
    move(row, Doing.HOLD)
    row.next_due_at, row.updated_at = uow.now + timedelta(seconds=wait_s), uow.now
    row.error_code, row.error, run.state = error.code[:80], error.message, row.state


def move(row: ConnectionSync, doing: Doing) -> None:
    """Follow what happens. A worker only does what fits, since it has the row locked."""
    after = policy.following(SyncState(row.state), doing)
    if after is None:
        message = f"a sync that is {row.state} cannot {doing}"
        raise AssertionError(message)
    row.state = after


def _well(row: ConnectionSync) -> None:
    """It gets on: the row of failures is over."""
    row.failures, row.failing_since, row.told_at = 0, None, None
    if row.state == SyncState.RUNNING:
        row.error, row.error_code = None, None


def _count(row: ConnectionSync, run: ConnectionSyncRun, *, read: int, added: int, updated: int, deleted: int) -> None:
    for one in (row, run):
        one.read, one.added = one.read + read, one.added + added
        one.updated, one.deleted = one.updated + updated, one.deleted + deleted
    row.records += added - deleted


def _check(page: Page, before: Cursor | None) -> None:
    """Raises ApiError where reading on would never end, or the cursor is larger than can be kept."""
    wrong: Any = None
    if not page.done and page.cursor == before:
        wrong = _("The provider gives the same page again and again, so reading stopped.")
    elif page.cursor is not None and len(orjson.dumps(dict(page.cursor))) > MOST_CURSOR:
        wrong = _("The provider's place to go on from is too long to be kept.")
    if wrong:
        raise ApiError(wrong, code="sync.stuck")
