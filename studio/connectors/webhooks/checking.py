"""Once a day each webhook is looked for at its provider: one that the provider has dropped is registered again.

Shops drop what they could not deliver to for hours, and tell nobody.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, select, update

from studio.connectors.calling.authorised import AuthorisedApi
from studio.connectors.calling.opening import Accounts
from studio.connectors.calling.reporting import Reporting
from studio.connectors.errors import ApiError
from studio.connectors.hooks.scheme import Hooks, Listed
from studio.connectors.hooks.states import State
from studio.connectors.models import Connection, ConnectionHook
from studio.connectors.policy import USABLE
from studio.connectors.trail import record
from studio.connectors.webhooks import notices, secrets, wanting
from studio.core import clock
from studio.core.crypto import Keyring
from studio.core.errors import StudioError
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

DAILY = timedelta(days=1)
AGAIN = timedelta(hours=1)
"""After a look that the provider did not answer; also how long another worker leaves alone what one has taken."""
AT_ONCE = 50
TURN_S = 5.0
"""After this no further one is begun; what is left is due at the next look."""
CALL_S = 20.0


@dataclass(frozen=True, slots=True, repr=False)
class _Work:
    hook_id: UUID
    revision: int
    handle: str
    scope: str
    url: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Checking:
    """Looks for the webhooks of all workspaces. Any thread, any process."""

    database: Database
    keyring: Keyring
    accounts: Accounts
    reporting: Reporting
    public_url: str
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before everything was looked for."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        with self.database.across(read_only=True) as uow:
            return uow.session.execute(_due(uow.now).limit(1)).first() is not None

    def drain(self) -> int:
        """Look for what is due, the longest overdue first; returns how many were looked for."""
        end, looked = clock.monotonic() + TURN_S, 0
        with self.database.across(read_only=True) as uow:
            found = uow.session.execute(_due(uow.now).order_by(ConnectionHook.check_due_at).limit(AT_ONCE)).all()
        for row in found:
            if clock.monotonic() >= end:
                break
            self._look(row.workspace_id, row.id, row.check_due_at)
            looked += 1
        if looked < len(found) or len(found) == AT_ONCE:
            self.more()
        return looked

    def _look(self, workspace_id: UUID, hook_id: UUID, due_at: datetime) -> None:
        """One of them, whatever comes of it. What another worker has, or is not to be there by now, is left alone."""
        api: AuthorisedApi | None = None
        try:
            work = self._taken(workspace_id, hook_id, due_at)
            if work is None:
                return
            api = self.accounts.api(workspace_id, work.handle, work.scope)
            api.timeout_s = CALL_S
            hooks = api.account.connector.hooks
            if hooks is None:
                return
            there = stands(hooks, hooks.listed(api), work.url, work.external_id)
        except StudioError as error:  # the connection's page shows the request; it is looked for again in an hour
            log.info("webhook_not_looked_for", hook_id=str(hook_id), code=error.code)
            if api is not None:
                self.reporting.called(api, "webhooks", error if isinstance(error, ApiError) else None)
            return
        self.reporting.called(api, "webhooks")
        self._found(workspace_id, work, there=there)

    def _taken(self, workspace_id: UUID, hook_id: UUID, due_at: datetime) -> _Work | None:
        with self.database.unit(workspace_id) as unit:
            mine = ConnectionHook.id == hook_id, ConnectionHook.check_due_at == due_at
            take = update(ConnectionHook).where(*mine, ConnectionHook.state == State.ACTIVE)
            taken = take.values(check_due_at=unit.now + AGAIN).returning(ConnectionHook.id)
            if unit.session.execute(taken.execution_options(synchronize_session=False)).first() is None:
                return None
            hook = unit.session.get_one(ConnectionHook, hook_id)
            handle = unit.session.get_one(Connection, hook.connection_id).handle
            url = f"{self.public_url}{secrets.PREFIX}{secrets.opened(self.keyring, hook).address}"
            return _Work(hook.id, hook.revision, handle, hook.scope, url, hook.external_id or "")

    def _found(self, workspace_id: UUID, work: _Work, *, there: bool) -> None:
        with self.database.unit(workspace_id) as unit:
            hook = unit.session.get_one(ConnectionHook, work.hook_id, with_for_update=True)
            if hook.revision != work.revision or hook.state != State.ACTIVE:
                return  # something else is wanted by now
            if there:
                hook.seen_at, hook.check_due_at = unit.now, unit.now + DAILY
                return
            hook.renewals, hook.renewed_at = hook.renewals + 1, unit.now
            row = unit.session.get_one(Connection, hook.connection_id)
            record(unit, "connection.hook_missing", row, topics=", ".join(hook.topics), scope=hook.scope)
            wanting.ask(unit, hook, State.WANTED)
            notices.queue(unit, hook, notices.DROPPED)


def stands(hooks: Hooks, listed: Iterable[Listed], url: str, external_id: str) -> bool:
    """Whether all that was registered is among what the provider lists, and delivers. Pure."""
    return any(one.url == url and one.delivers and hooks.is_whole(one, external_id) for one in listed)


def soon(uow: UnitOfWork, row: Connection) -> None:
    """Look for the webhooks of a connection as soon as a worker is free."""
    mine = ConnectionHook.connection_id == row.id, ConnectionHook.state == State.ACTIVE
    uow.session.execute(update(ConnectionHook).where(*mine).values(check_due_at=uow.now))


def _due(now: datetime) -> Select[UUID, UUID, datetime | None]:
    """Of a connection that cannot be used nothing is due."""
    chosen = select(ConnectionHook.id, ConnectionHook.workspace_id, ConnectionHook.check_due_at)
    joined = chosen.join(Connection, Connection.id == ConnectionHook.connection_id)
    due = ConnectionHook.check_due_at <= now, ConnectionHook.state == State.ACTIVE
    return joined.where(*due, Connection.status.in_(USABLE))
