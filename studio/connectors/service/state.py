"""What happens to a connection once it is there: held, let go on, lost, disconnected."""

from collections.abc import Callable

from sqlalchemy import delete, update

from studio.connectors.models import Connection, ConnectionCredential, ConnectSession
from studio.connectors.outcomes import Event, Health, Status
from studio.connectors.service import gating, moving, notices
from studio.connectors.trail import record
from studio.core.unit_of_work import UnitOfWork

Leaver = Callable[[UnitOfWork, Connection], None]
_leavers: dict[str, Leaver] = {}


def before_disconnect(name: str, leave: Leaver) -> None:
    """Have somebody told while the credentials are still there. Called at the start of every process."""
    _leavers[name] = leave


def pause(uow: UnitOfWork, row: Connection) -> None:
    """Nothing is called by it until it goes on; runs that meet it wait."""
    gating.require(uow, row, "pause")
    moving.move(uow, row, Event.PAUSE)
    record(uow, "connection.paused", row)


def resume(uow: UnitOfWork, row: Connection) -> None:
    """Calls go out again, and who waited goes on."""
    gating.require(uow, row, "resume")
    moving.move(uow, row, Event.RESUME)
    record(uow, "connection.resumed", row)


def lose(uow: UnitOfWork, row: Connection, code: str, said: str) -> bool:
    """The provider refuses it for good: runs wait, its owner is told. False: it was lost before, or is gone."""
    if row.state in (Status.REAUTH_REQUIRED, Status.PENDING_AUTH, Status.DRAFT, Status.DISCONNECTED):
        return False
    moving.move(uow, row, Event.LOST)
    row.error_code, row.error, row.refresh_due_at = code[:80], said, None
    row.health, row.degraded_at = Health.DEGRADED.value, row.degraded_at or uow.now
    record(uow, "connection.lost", row, code=code[:80])
    notices.lost(uow, row)
    return True


def disconnect(uow: UnitOfWork, row: Connection, *, revoked: bool) -> None:
    """Wipe what it signs in with, at once; runs that wait go on, and fail. `revoked`: its token is ended there."""
    gating.require(uow, row, "disconnect")
    for leave in _leavers.values():
        leave(uow, row)
    uow.session.execute(delete(ConnectionCredential).where(ConnectionCredential.connection_id == row.id))
    ended = update(ConnectSession).where(ConnectSession.connection_id == row.id, ConnectSession.used_at.is_(None))
    uow.session.execute(ended.values(used_at=uow.now, sealed=None))
    moving.move(uow, row, Event.DISCONNECT)
    row.disconnected_at, row.refresh_due_at, row.expires_at = uow.now, None, None
    record(uow, "connection.disconnected", row, revoked=revoked)
