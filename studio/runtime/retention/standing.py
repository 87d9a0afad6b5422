"""How far letting go has come, written where a look pauses or ends, and read by people."""

from datetime import datetime

from studio.core.unit_of_work import Database, UnitOfWork
from studio.runtime.models import RetentionState
from studio.runtime.retention.looking import Look


def going_on(database: Database, look: Look) -> None:
    """A look pauses: what is due and still there is behind."""
    if look.oldest is None:
        return
    with database.unit(look.workspace_id) as uow:
        _row(uow, look.begun).behind_since = look.oldest


def ended(database: Database, look: Look) -> None:
    """A look has come to its end."""
    with database.unit(look.workspace_id) as uow:
        row = _row(uow, look.begun)
        row.looked_at, row.deleted, row.held, row.behind_since = look.begun, look.deleted, look.held, None
        row.deleted_ever += look.deleted


def standing(uow: UnitOfWork) -> RetentionState | None:
    """Of the unit's workspace; None: nothing was looked at yet."""
    return uow.session.get(RetentionState, uow.workspace)


def _row(uow: UnitOfWork, looked_at: datetime) -> RetentionState:
    row = uow.session.get(RetentionState, uow.workspace)
    if row is None:
        row = RetentionState(looked_at=looked_at, deleted=0, held=0, deleted_ever=0)
        uow.session.add(row)
    return row
