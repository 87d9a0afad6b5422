"""Runs that wait for a rollout: told when it ends or is held, and what becomes of it where they no longer wait."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from studio.contract.ports import Waits
from studio.core.errors import Conflict, NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagEnvironment, FlagRollout, FlagRolloutEvent
from studio.flags.ramps.states import State
from studio.flags.rollouts import driving, rows

KIND = "flag_rollout"
"""Of the waits."""
_joined: list[Waits] = []


def join(waits: Waits) -> None:
    """Say by whom runs are woken. Called at the start of every process."""
    _joined[:] = [waits]


def stopped(uow: UnitOfWork, row: FlagRollout) -> None:
    """Wake the run that waits for it. Whether it is held long enough to go on is the run's to say."""
    if row.run_id is not None and row.wait_id is not None:
        _joined[0].resolve(uow, row.wait_id, row.run_id, {"rollout_id": str(row.id), "state": row.state})


def take_up(row: FlagRollout, run_id: UUID, wait_id: UUID) -> None:
    """Have a run wait for it, of a row that is locked. Raises Conflict where another one does."""
    if row.wait_id is not None:
        said = _("Another run waits for the end of this rollout already.")
        raise Conflict(said, code="rollout.awaited", resource=f"flag_rollout:{row.id}")
    row.run_id, row.wait_id = run_id, wait_id


def at(uow: UnitOfWork, wait_id: UUID) -> tuple[FlagRollout, Flag, FlagEnvironment]:
    """What a run has waited for by a wait, locked. Raises NotFound."""
    row = uow.session.scalar(select(FlagRollout).where(FlagRollout.wait_id == wait_id))
    if row is None:
        raise NotFound(_("What this step has waited for is not there any more."), resource=f"wait:{wait_id}")
    flag, place = rows.lock(uow, row)
    return row, flag, place


def patience_ends(uow: UnitOfWork, row: FlagRollout, seconds: int) -> datetime:
    """Until when a run waits for one that is held."""
    query = select(FlagRolloutEvent.at).where(FlagRolloutEvent.rollout_id == row.id, FlagRolloutEvent.what == "held")
    since = uow.session.scalars(query.order_by(FlagRolloutEvent.id.desc()).limit(1)).one()
    return since + timedelta(seconds=seconds)


def withdraw(uow: UnitOfWork, wait_id: UUID, reason: str) -> None:
    """The run no longer waits. Locks flag and rollout before the run, as whatever ends a rollout does."""
    row = uow.session.scalar(select(FlagRollout).where(FlagRollout.wait_id == wait_id))
    if row is None:
        return
    flag, place = rows.lock(uow, row)
    if row.wait_id != wait_id:
        return
    row.wait_id = None
    if State(row.state) in rows.LIVE:
        driving.leave(uow, row, flag, place, _("The run that waited for it has ended. %(reason)s", reason=reason))
