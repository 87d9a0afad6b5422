"""What is kept of connections for a time alone."""

from datetime import timedelta

from sqlalchemy import delete, select

from studio.connectors.models import Connection, ConnectionCall, ConnectSession
from studio.core import ids
from studio.core.unit_of_work import UnitOfWork

CALLS_KEPT = timedelta(days=30)
"""The log of requests answers questions about lately; what a run did is in its history."""
SESSIONS_KEPT = timedelta(days=30)
"""A sign-in that has ended is told from one that never was."""


def purge(uow: UnitOfWork) -> None:
    """Forget requests and ended sign-ins that are older. Ids grow with time, so the log's own index finds them."""
    oldest = ids.first_id_at(uow.now - CALLS_KEPT)
    ours = select(Connection.id)
    old = delete(ConnectionCall).where(ConnectionCall.connection_id.in_(ours), ConnectionCall.id < oldest)
    uow.session.execute(old.execution_options(synchronize_session=False))
    ended = delete(ConnectSession).where(ConnectSession.connection_id.in_(ours),
                                         ConnectSession.ends_at < uow.now - SESSIONS_KEPT)  # fmt: skip
    uow.session.execute(ended.execution_options(synchronize_session=False))
