"""From a connection's name to an account that calls can be made for."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.connectors import credentials
from studio.connectors.account import OpenAccount
from studio.connectors.calling.authorised import AuthorisedApi, Renewer
from studio.connectors.catalogue import connector
from studio.connectors.errors import ApiError, NotUsable
from studio.connectors.models import Connection, ConnectionCredential, ConnectionScope
from studio.connectors.outcomes import Status
from studio.connectors.policy import HELD, USABLE
from studio.connectors.wire import Scope
from studio.core.crypto import Keyring
from studio.core.errors import NotFound
from studio.core.http import HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.unit_of_work import Database, UnitOfWork

WHY = {
    Status.REAUTH_REQUIRED: marked("“%(title)s” has to be connected again: %(error)s"),
    Status.PENDING_AUTH: marked("Somebody is about to sign in to “%(title)s”."),
    Status.PAUSED: marked("“%(title)s” is paused."),
    Status.NEEDS_CONFIG: marked("“%(title)s” lacks a setting."),
    Status.DRAFT: marked("“%(title)s” was never connected."),
    Status.DISCONNECTED: marked("“%(title)s” was disconnected."),
}


class Held(NotUsable):
    """It cannot be used now, and somebody will mend it or let it go on: whoever meets it waits."""

    code = "connection.held"

    def __init__(self, message: str, connection_id: UUID) -> None:
        """`connection_id`: what to wait for."""
        super().__init__(message)
        self.connection_id = connection_id


@dataclass(frozen=True, slots=True)
class Accounts:
    """Opens accounts of all workspaces."""

    database: Database
    keyring: Keyring
    send: Callable[[HttpRequest], HttpResponse]
    renewer: Renewer

    def api(self, workspace_id: UUID, handle: str, scope: str = "") -> AuthorisedApi:
        """Calls for a connection. Raises NotFound, Held (wait for it), NotUsable (nobody will mend it by itself)."""
        with self.database.unit(workspace_id, read_only=True) as unit:
            row = find(unit, handle)
            state = row.state
            if state in HELD:
                raise Held(why(row), row.id)
            if state not in USABLE:
                raise NotUsable(why(row))
            account = opened(unit, self.keyring, row, scope)
        return AuthorisedApi(account, self.send, self.renewer)


def held(uow: UnitOfWork, handle: str) -> Held | None:
    """What to wait for before it can be used; None: nothing that waiting would help."""
    row = uow.session.scalar(select(Connection).where(Connection.handle == handle))
    return Held(why(row), row.id) if row is not None and row.state in HELD else None


def find(uow: UnitOfWork, handle: str) -> Connection:
    """A connection by what steps name it. Raises NotFound."""
    row = uow.session.scalar(select(Connection).where(Connection.handle == handle))
    if row is None:
        words = _("There is no connection “%(name)s” in this workspace.", name=handle)
        raise NotFound(words, code="connection.unknown", resource=f"connection:{handle}", field="connection")
    return row


def why(row: Connection) -> str:
    """Why it cannot be used, in a sentence; empty where it can."""
    words = WHY.get(row.state)
    reason = row.error or _("the provider refused its credentials.")
    return _(words, title=row.title, error=reason) if words else ""


def opened(uow: UnitOfWork, keyring: Keyring, row: Connection, scope: str = "") -> OpenAccount:
    """The account of a row, whatever its status. `scope`: the provider's id, or the name, of a part of it.

    Raises NotFound for an unknown part, ApiError where it has no credentials.
    """
    definition = connector(row.connector)
    auth = definition.auth(row.auth)
    kept = uow.session.get(ConnectionCredential, row.id)
    if auth is None or (kept is None and auth.fields):
        raise ApiError(_("“%(title)s” has no credentials.", title=row.title), code="connection.no_credentials")
    return OpenAccount(
        workspace_id=row.workspace_id, connection_id=row.id, handle=row.handle, title=row.title,
        connector=definition, auth=auth, settings=row.settings,
        credentials=credentials.opened(keyring, kept) if kept is not None else {},
        version=kept.version if kept is not None else 0,
        hosts=tuple(kept.hosts) if kept is not None else credentials.bound_hosts(definition, row.settings),
        scope=part(uow, row, scope) if scope else None,
    )  # fmt: skip


def part(uow: UnitOfWork, row: Connection, named: str) -> Scope:
    """A part of an account by the provider's id or its name. Raises NotFound."""
    query = select(ConnectionScope).where(ConnectionScope.connection_id == row.id)
    parts = uow.session.scalars(query.order_by(ConnectionScope.id)).all()
    found = next((part for part in parts if part.external_id == named), None)
    found = found or next((part for part in parts if part.name == named), None)
    if found is None:
        words = _("“%(title)s” has no channel, store or warehouse “%(name)s”.", title=row.title, name=named)
        raise NotFound(words, code="connection.unknown_scope", field="scope")
    return Scope(found.id, found.kind, found.external_id, found.name, found.settings)
