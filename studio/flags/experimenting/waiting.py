"""Runs that wait for the end of an experiment: told in the transaction that ends it."""

from uuid import UUID

from sqlalchemy import delete, select

from studio.contract.ports import Resolved, Waits
from studio.core.unit_of_work import UnitOfWork
from studio.flags.experimenting import rows
from studio.flags.models import FlagExperiment, FlagExperimentWait

KIND = "experiment"
"""Of the waits."""
_joined: list[Waits] = []


def join(waits: Waits) -> None:
    """Say by whom runs are woken. Called at the start of every process."""
    _joined[:] = [waits]


def begin(uow: UnitOfWork, row: FlagExperiment, wait_id: UUID, run_id: UUID) -> None:
    """Have a run told once it has ended. The row is locked: its end cannot come between."""
    uow.session.add(
        FlagExperimentWait(wait_id=wait_id, workspace_id=uow.workspace, run_id=run_id, experiment_id=row.id)
    )
    uow.session.flush()


def tell(uow: UnitOfWork, row: FlagExperiment) -> None:
    """It has ended, was stopped or dropped: all that wait go on."""
    query = select(FlagExperimentWait).where(FlagExperimentWait.experiment_id == row.id)
    found = uow.session.scalars(query.order_by(FlagExperimentWait.run_id)).all()
    if not found:
        return
    told = [Resolved(one.wait_id, one.run_id, {"experiment": str(row.id)}) for one in found]
    gone = delete(FlagExperimentWait).where(FlagExperimentWait.experiment_id == row.id)
    uow.session.execute(gone)
    _joined[0].resolve_all(uow, told)


def forget(uow: UnitOfWork, wait_id: UUID, _reason: str = "") -> None:
    """The run waits no longer; the experiment goes on. Locks flag and experiment first, as whatever ends one does."""
    found = of(uow, wait_id)
    if found is not None:
        rows.lock(uow, rows.find(uow, found))
        uow.session.execute(delete(FlagExperimentWait).where(FlagExperimentWait.wait_id == wait_id))


def of(uow: UnitOfWork, wait_id: UUID) -> UUID | None:
    """The experiment that a wait is for; None: it is no longer waited for."""
    query = select(FlagExperimentWait.experiment_id).where(FlagExperimentWait.wait_id == wait_id)
    return uow.session.scalar(query)
