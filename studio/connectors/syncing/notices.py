"""A sync goes on failing: said once a row of failures, where it is found, and told by the rules of alerts."""

from studio.connectors.models import Connection, ConnectionSync
from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork

KIND = "sync.failing"
FAILING, OFF = "failing", "off"


def queue(uow: UnitOfWork, row: ConnectionSync, why: str) -> None:
    """Have somebody told, in the transaction that finds the trouble."""
    connection = uow.session.get_one(Connection, row.connection_id)
    facts = {"why": why, "stream": row.stream, "title": connection.title, "handle": connection.handle}
    alerting.report(uow, KIND, row.id, facts, mark=f"{why}:{uow.now.isoformat()}")
