"""A draft that was tried on what had happened."""

from studio.builder.backtest import service
from studio.builder.backtest.outcomes import Wanted
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run, Workflow


def begin(uow: UnitOfWork, run: Run) -> None:
    """Of the workflow of a run, on what it has received so far."""
    service.begin(uow, uow.session.get_one(Workflow, run.workflow_id), Wanted())
