"""A provider no longer takes a connection's credentials: said where it is found, told by the rules of alerts."""

from studio.connectors.models import Connection
from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork

KIND = "connection.lost"


def lost(uow: UnitOfWork, row: Connection) -> None:
    """Have somebody told, in the transaction that finds it lost."""
    alerting.report(uow, KIND, row.id, {"handle": row.handle})
