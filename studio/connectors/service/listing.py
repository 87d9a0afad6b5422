"""All connections of a workspace, those that need somebody first, and what depends on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.connectors.catalogue import connectors
from studio.connectors.checks import KIND
from studio.connectors.models import Connection, ConnectionCall, ConnectionWaiter
from studio.connectors.outcomes import Health, Status
from studio.contract import references
from studio.core.unit_of_work import UnitOfWork

ORDER = (
    Status.REAUTH_REQUIRED, Status.PENDING_AUTH, Status.NEEDS_CONFIG, Status.DRAFT, Status.ACTIVE, Status.PAUSED,
    Status.DISCONNECTED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list."""

    row: Connection
    workflows: Sequence[str]
    """Names of those that stop or wait if it goes."""
    waiting: int
    """Runs that wait for it now."""


def listed(uow: UnitOfWork, *, disconnected: bool = False) -> list[Listed]:
    """Every connection, at most creating.MOST, whoever needs somebody first."""
    found, waits = rows(uow, disconnected=disconnected), _waiting(uow)
    names = references.users_of_all(uow, KIND) if found else {}
    return [Listed(row, names.get(row.handle, ()), waits.get(row.id, 0)) for row in found]


def rows(uow: UnitOfWork, *, disconnected: bool = False) -> list[Connection]:
    """The rows alone, in the same order."""
    query = select(Connection)
    if not disconnected:
        query = query.where(Connection.status != Status.DISCONNECTED)
    found = uow.session.scalars(query.order_by(Connection.title, Connection.id))
    return sorted(found, key=lambda row: (ORDER.index(row.state), row.health != Health.DEGRADED))


def known(connector: str) -> bool:
    """Whether this Studio has a connector of that key."""
    return connector in connectors()


def calls(uow: UnitOfWork, row: Connection, *, after: UUID | None = None, limit: int = 50) -> list[ConnectionCall]:
    """What went out lately, newest first; `after`: the id behind which the page begins."""
    query = select(ConnectionCall).where(ConnectionCall.connection_id == row.id)
    if after is not None:
        query = query.where(ConnectionCall.id < after)
    return list(uow.session.scalars(query.order_by(ConnectionCall.id.desc()).limit(limit)))


def _waiting(uow: UnitOfWork) -> dict[UUID, int]:
    query = select(ConnectionWaiter.connection_id, func.count()).group_by(ConnectionWaiter.connection_id)
    return {row[0]: row[1] for row in uow.session.execute(query).all()}


def choices(uow: UnitOfWork) -> list[Connection]:
    """Those that a step may name, by title."""
    query = select(Connection).where(Connection.status.not_in([Status.DRAFT, Status.DISCONNECTED]))
    return list(uow.session.scalars(query.order_by(Connection.title, Connection.id)))
