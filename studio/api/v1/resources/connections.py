"""Connections: accounts at other systems, without what they sign in with."""

from uuid import UUID

from studio.api.v1.blueprint import connecting, connections, keyring
from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf
from studio.api.v1.shapes.connections import (
    ConnectionChange,
    ConnectionCredentials,
    ConnectionInfo,
    ConnectionList,
    NewConnection,
)
from studio.connectors.calling.connecting import ByCredentials
from studio.connectors.catalogue import connector
from studio.connectors.errors import ApiError
from studio.connectors.models import Connection
from studio.connectors.oauth import ending
from studio.connectors.outcomes import AuthKind
from studio.connectors.service import creating, listing, state
from studio.core import tenancy, web
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TAG = "Connections"
ONE = "/connections/<uuid:connection_id>"


@operation("GET", "/connections", tag=TAG, needs="connection.read", query=ConnectionList, answer=ListOf[ConnectionInfo])
def list_connections(uow: UnitOfWork, query: ConnectionList) -> ListOf[ConnectionInfo]:
    """All connections, those first that need somebody. At most 200."""
    found = listing.rows(uow, disconnected=query.disconnected)
    return ListOf[ConnectionInfo](data=[ConnectionInfo.model_validate(row) for row in found], next_cursor=None)


@operation("POST", "/connections", tag=TAG, needs="connection.manage", body=NewConnection, answer=ConnectionInfo,
           status=201, conflicts=True)  # fmt: skip
def create_connection(uow: UnitOfWork, body: NewConnection) -> ConnectionInfo:
    """Begin a connection: a draft that nothing calls until it is signed in."""
    if not listing.known(body.connector):
        raise InvalidInput(_("There is no such connector."), code="connector.unknown", field="connector")
    row = creating.create(
        uow, connector_key=body.connector, title=body.title, auth=body.auth, settings=body.settings,
        environment=body.environment, handle=body.handle,
    )  # fmt: skip
    return ConnectionInfo.model_validate(row)


@operation("GET", ONE, tag=TAG, needs="connection.read", answer=ConnectionInfo)
def get_connection(uow: UnitOfWork, connection_id: UUID) -> ConnectionInfo:
    """One connection."""
    return ConnectionInfo.model_validate(_row(uow, connection_id))


@operation("PUT", ONE, tag=TAG, needs="connection.manage", body=ConnectionChange, answer=ConnectionInfo, conflicts=True)
def replace_connection(uow: UnitOfWork, connection_id: UUID, body: ConnectionChange) -> ConnectionInfo:
    """Give it another name or other settings. Its credentials go to no other host than they were given for."""
    row = _row(uow, connection_id)
    creating.change(uow, row, title=body.title, settings=body.settings)
    return ConnectionInfo.model_validate(row)


@operation("POST", f"{ONE}/credentials", tag=TAG, needs="connection.manage", body=ConnectionCredentials,
           answer=ConnectionInfo, conflicts=True, keyed=False)  # fmt: skip
def connect_connection(uow: UnitOfWork, connection_id: UUID, body: ConnectionCredentials) -> ConnectionInfo:
    """Sign in, for the first time or again. Where one signs in at the provider's own page, a person has to do it."""
    row = _row(uow, connection_id)
    auth = connector(row.connector).auth(row.auth)
    if auth is not None and auth.kind is AuthKind.OAUTH_CODE:
        words = _("A person signs in at the provider's own page: open the connection in Studio, or make a link.")
        raise InvalidInput(words, code="connection.by_browser", field="credentials")
    workspace_id, actor = uow.workspace, uow.actor
    web.commit()  # nothing stays open while the provider is waited for
    try:
        if auth is not None and auth.kind is AuthKind.CLIENT_CREDENTIALS:
            connecting().own(workspace_id, connection_id, body.credentials, actor, confirmed=body.other_account)
        else:
            ByCredentials(connections(), keyring()).connect(
                workspace_id, connection_id, actor, body.credentials, confirmed=body.other_account
            )
    except ApiError as error:
        raise InvalidInput(error.message, code=error.code, field="credentials") from error
    return ConnectionInfo.model_validate(_row(web.current_uow(), connection_id))


@operation("POST", f"{ONE}/pause", tag=TAG, needs="connection.manage", answer=ConnectionInfo, conflicts=True)
def pause_connection(uow: UnitOfWork, connection_id: UUID) -> ConnectionInfo:
    """Call nothing by it for now; runs that meet it wait."""
    row = _row(uow, connection_id)
    state.pause(uow, row)
    return ConnectionInfo.model_validate(row)


@operation("POST", f"{ONE}/resume", tag=TAG, needs="connection.manage", answer=ConnectionInfo, conflicts=True)
def resume_connection(uow: UnitOfWork, connection_id: UUID) -> ConnectionInfo:
    """Let it go on, and the runs that waited for it."""
    row = _row(uow, connection_id)
    state.resume(uow, row)
    return ConnectionInfo.model_validate(row)


@operation("DELETE", ONE, tag=TAG, needs="connection.manage", conflicts=True)
def disconnect_connection(uow: UnitOfWork, connection_id: UUID) -> None:
    """Wipe its credentials at once. Runs that need it fail from then on; history keeps its name."""
    ending.disconnect(uow, keyring(), _row(uow, connection_id))


def _row(uow: UnitOfWork, connection_id: UUID) -> Connection:
    return tenancy.get(uow.session, Connection, connection_id, "connection")
