"""A description goes, with all its versions, once no connection acts by it."""

from sqlalchemy import delete, select

from studio import audit
from studio.connectors.library.acting import DOCUMENT
from studio.connectors.models import Connection, ConnectorDocument, ConnectorOperation
from studio.connectors.outcomes import Status
from studio.contract import references
from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

SHOWN = 10
"""Connections, and workflows of each, that are named in a refusal."""


def used_by(uow: UnitOfWork, name: str) -> list[Connection]:
    """The connections whose actions are this description's; those that were disconnected act no more."""
    live = select(Connection).where(Connection.status != Status.DISCONNECTED.value).order_by(Connection.title)
    return [row for row in uow.session.scalars(live) if row.settings.get(DOCUMENT) == name]


def remove(uow: UnitOfWork, row: ConnectorDocument) -> None:
    """Delete it. Raises Conflict with the connections that use it, and the workflows whose steps use those."""
    users = used_by(uow, row.name)
    if users:
        raise Conflict(_in_use(uow, row, users), code="openapi.in_use")
    versions = list(uow.session.scalars(select(ConnectorDocument.id).where(ConnectorDocument.name == row.name)))
    target = audit.Target("connector_document", str(row.id), row.title)
    told = {"name": row.name, "version": row.version, "operations": row.operations}
    uow.session.execute(delete(ConnectorOperation).where(ConnectorOperation.document_id.in_(versions)))
    uow.session.execute(delete(ConnectorDocument).where(ConnectorDocument.id.in_(versions)))
    audit.record(uow, "connector_document.deleted", targets=[target], metadata=told)


def _in_use(uow: UnitOfWork, row: ConnectorDocument, users: list[Connection]) -> str:
    workflows = references.users_of_all(uow, "connection")
    named = [_with_workflows(one.title, workflows.get(one.handle, [])) for one in users[:SHOWN]]
    if len(users) > SHOWN:
        named.append(_("and %(count)s more", count=len(users) - SHOWN))
    return _(
        "“%(title)s” is in use, so it stays. Disconnect what acts by it first: %(connections)s.",
        title=row.title, connections=", ".join(named),
    )  # fmt: skip


def _with_workflows(title: str, workflows: list[str]) -> str:
    if not workflows:
        return f"“{title}”"
    shown = ", ".join(workflows[:SHOWN]) + (" …" if len(workflows) > SHOWN else "")
    return _("“%(title)s” (in workflows %(workflows)s)", title=title, workflows=shown)
