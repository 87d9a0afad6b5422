"""What is forgotten of deliveries, by the workspace's retention."""

from datetime import timedelta

from sqlalchemy import delete, select

from studio.accounts.models import Workspace
from studio.connectors.models import ConnectionDelivery
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork

AT_ONCE = 5_000


def purge(uow: UnitOfWork) -> None:
    """Forget deliveries past the days that the workspace keeps; the next purge goes on."""
    days = uow.session.scalar(select(Workspace.retention_days).where(Workspace.id == uow.workspace)) or 0
    before = first_id_at(uow.now - timedelta(days=days))
    old = select(ConnectionDelivery.id).where(ConnectionDelivery.id < before).limit(AT_ONCE)
    uow.session.execute(delete(ConnectionDelivery).where(ConnectionDelivery.id.in_(old)))
