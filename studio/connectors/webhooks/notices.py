"""A provider would not register a webhook, or has dropped one: said where it is found, told by the rules of alerts."""

from studio.connectors.models import Connection, ConnectionHook
from studio.contract import alerting
from studio.core.unit_of_work import UnitOfWork

KIND = "webhook.lost"
FAILED, DROPPED = "failed", "dropped"


def queue(uow: UnitOfWork, hook: ConnectionHook, why: str) -> None:
    """Have somebody told, in the transaction that gives up, or that finds it gone."""
    row = uow.session.get_one(Connection, hook.connection_id)
    alerting.report(uow, KIND, hook.id, {"why": why, "handle": row.handle}, mark=f"{why}:{uow.now.isoformat()}")
