"""Runs that have met a connection which cannot be used now: they go on by themselves, in the order they came."""

from uuid import UUID

from sqlalchemy import delete, func, select

from studio.connectors.models import Connection, ConnectionWaiter
from studio.connectors.policy import HELD
from studio.contract.ports import Resolved, Waits
from studio.core.unit_of_work import UnitOfWork

KIND = "connection"
"""Of the waits; the engine begins a step anew whose wait of this kind ends."""
_joined: list[Waits] = []


def join(waits: Waits) -> None:
    """Say by whom runs are woken. Called at the start of every process."""
    _joined[:] = [waits]


def begin(uow: UnitOfWork, connection_id: UUID, wait_id: UUID, run_id: UUID) -> bool:
    """Have a run told once a connection is mended. False: it is by now, or never will be, so there is no waiting.

    The row's lock decides against whoever mends it at the same time.
    """
    query = select(Connection).where(Connection.id == connection_id).with_for_update()
    row = uow.session.scalar(query)
    if row is None or row.state not in HELD:
        return False
    if uow.session.get(ConnectionWaiter, wait_id) is None:
        waiter = ConnectionWaiter(
            wait_id=wait_id, workspace_id=uow.workspace, run_id=run_id, connection_id=connection_id, created_at=uow.now
        )
        uow.session.add(waiter)
    return True


def wake(uow: UnitOfWork, connection_id: UUID) -> int:
    """Let all go on; returns how many. Ids of waits grow with time, so who came first goes first."""
    query = select(ConnectionWaiter.wait_id, ConnectionWaiter.run_id)
    found = uow.session.execute(
        query.where(ConnectionWaiter.connection_id == connection_id).order_by(ConnectionWaiter.wait_id)
    ).all()
    if not found:
        return 0
    gone = delete(ConnectionWaiter).where(ConnectionWaiter.connection_id == connection_id)
    uow.session.execute(gone.execution_options(synchronize_session=False))
    _joined[0].resolve_all(uow, [Resolved(row.wait_id, row.run_id, {"again": True}) for row in found])
    return len(found)


def forget(uow: UnitOfWork, wait_id: UUID, _reason: str = "") -> None:
    """The run waits no longer: it was cancelled."""
    uow.session.execute(delete(ConnectionWaiter).where(ConnectionWaiter.wait_id == wait_id))


def count(uow: UnitOfWork, connection_id: UUID) -> int:
    """How many runs wait for it."""
    query = select(func.count()).select_from(ConnectionWaiter).where(ConnectionWaiter.connection_id == connection_id)
    return uow.session.scalar(query) or 0
