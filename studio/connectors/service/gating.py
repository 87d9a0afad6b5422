"""The gate before changes of connections that real customers are behind."""

from studio.connectors.models import Connection
from studio.connectors.outcomes import Environment
from studio.contract import gates
from studio.contract.gates import Act
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

TARGET = "connection.change"


def require(uow: UnitOfWork, row: Connection, do: str, **payload: object) -> None:
    """Go on where all is there that the policies ask for. Raises as Gates.require().

    `do`: connect, change, pause, resume, disconnect. The values of secrets are in nobody's question.
    """
    if row.environment != Environment.PRODUCTION:
        return
    what = _("Connection %(name)s: %(verb)s", name=row.title, verb=do)
    facts = {"service": row.connector, "environment": row.environment}
    payload = {"do": do, "connection": str(row.id), **payload}
    gates.current().require(uow, Act(TARGET, what, payload, facts, subject=f"connection:{row.id}"))
