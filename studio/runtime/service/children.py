"""Runs that other runs have called: their end is told to whoever waits for it, and the caller's end ends them.

Locks are taken upwards, a called run before its caller: its end locks it and then the caller's row, and cancelling a
caller cancels what it has called before it locks itself.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from studio.core.faults import fault_point
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.ledger.rows import RunRow
from studio.runtime.models import Run, WaitRow
from studio.runtime.outcomes import ENDED
from studio.runtime.service.ending import Withdraw, end
from studio.runtime.waits import RunWaits


class Children:
    """What the executor does about them, in the transaction of a run's end."""

    def __init__(self, waits: RunWaits, withdraw: Withdraw) -> None:
        """`withdraw` is what every run that ends takes back; this class's own withdraw() is in it."""
        self._waits, self._withdraw = waits, withdraw

    def ended(self, uow: UnitOfWork, run: RunRow, output: Any) -> None:
        """A called run has ended with what its last step gave; its row is written already."""
        tell_caller(uow, self._waits, run, output)
        fault_point("child.before_commit")

    def withdraw(self, uow: UnitOfWork, wait_id: UUID, reason: str) -> None:
        """The caller no longer waits: what it called ends too, and what that has called."""
        going = select(Run.id).where(Run.parent_wait_id == wait_id, Run.state.not_in(ENDED))
        while (run_id := uow.session.scalar(going.limit(1))) is not None:  # looked at anew: it may be run again by then
            run = uow.session.get(Run, run_id, with_for_update=True, populate_existing=True)
            if run is not None and run.state not in ENDED:
                end(uow, run, self._withdraw, reason)
                uow.session.flush()


def tell_caller(uow: UnitOfWork, waits: RunWaits, run: Run | RunRow, output: Any = None) -> None:
    """Resolve what a caller waits for with {run_id, state, output, error}, and wake it. Nothing where nobody waits."""
    if run.parent_wait_id is None or run.parent_run_id is None:
        return
    told = {"run_id": str(run.id), "state": str(run.state), "output": output, "error": run.error}
    waits.resolve(uow, run.parent_wait_id, run.parent_run_id, told)


def hand_over(uow: UnitOfWork, run: Run, again: Run) -> None:
    """The caller waits for the new run from now on. `run` is locked."""
    if run.parent_wait_id is None:
        return
    again.parent_run_id, again.parent_wait_id = run.parent_run_id, run.parent_wait_id
    wait = uow.session.get(WaitRow, run.parent_wait_id)
    if wait is not None:
        shown = {**(wait.detail or {}), "run_id": str(again.id)}
        uow.session.execute(update(WaitRow).where(WaitRow.id == wait.id).values(detail=shown))
