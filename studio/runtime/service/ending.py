"""How a run is ended from outside of it."""

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import select, update

from studio.core.errors import Conflict
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run, Step, WaitRow
from studio.runtime.outcomes import ENDED, RunState, StepState, WaitState

Withdraw = Mapping[str, Callable[[UnitOfWork, UUID, str], None]]
"""By wait kind: end what a run waited for. Under OVER: end what its steps have left, by the run's id."""
OVER = "run"


def end(uow: UnitOfWork, run: Run, withdraw: Withdraw, said: str) -> Run:
    """End a run as cancelled, and take back what it waits for. Raises Conflict where it has ended.

    Locks what the run waits for before the run itself, as whoever decides it does.
    """
    _not_ended(run)
    before = _withdraw_all(uow, run, withdraw, said, done=frozenset())
    over = withdraw.get(OVER)
    if over is not None:
        over(uow, run.id, said)
    locked = uow.session.get(Run, run.id, with_for_update=True, populate_existing=True)
    assert locked is not None  # noqa: S101 - `run` came from this session
    _not_ended(locked)
    _withdraw_all(uow, run, withdraw, said, done=before)  # what a worker has parked meanwhile
    locked.state, locked.epoch, locked.finished_at = RunState.CANCELLED, locked.epoch + 1, uow.now
    locked.lease_until = locked.lease_by = locked.waiting_for = None
    uow.session.execute(
        update(WaitRow)
        .where(WaitRow.run_id == run.id, WaitRow.state != WaitState.CLOSED)
        .values(state=WaitState.CLOSED)
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(
        update(Step)
        .where(Step.run_id == run.id, Step.state.in_((StepState.RUNNING, StepState.WAITING)))
        .values(state=StepState.CANCELLED, finished_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    return locked


def end_stuck(uow: UnitOfWork, run: Run, withdraw: Withdraw, said: str) -> Run:
    """End a run that needs a person. Raises Conflict where a person has just let it go on."""
    before = (run.error, run.attempts, run.epoch + 1)
    locked = end(uow, run, withdraw, said)
    if (locked.error, locked.attempts, locked.epoch) != before:
        raise Conflict(_("This run needs no decision any more."), code="run.not_stuck", resource=f"run:{run.id}")
    return locked


def _not_ended(run: Run) -> None:
    if run.state in ENDED:
        raise Conflict(
            _("The run has already ended: %(state)s.", state=run.state), code="run.ended", resource=f"run:{run.id}"
        )


def _withdraw_all(
    uow: UnitOfWork, run: Run, withdraw: Withdraw, reason: str, *, done: frozenset[UUID]
) -> frozenset[UUID]:
    """Take back what the run waits for, but for what is `done`; returns the waits that were looked at."""
    left = select(WaitRow.id, WaitRow.kind).where(WaitRow.run_id == run.id, WaitRow.state != WaitState.CLOSED)
    found = [row for row in uow.session.execute(left.order_by(WaitRow.id)).all() if row.id not in done]
    for row in found:
        end = withdraw.get(row.kind)
        if end is not None:
            end(uow, row.id, reason)
    return frozenset(row.id for row in found)
