"""The port `contract.ports.Waits`, and signals: how what a run waits for is ended from outside of it."""

from collections.abc import Callable, Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from studio.contract.ports import Resolved
from studio.core.among import among
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Resolution, Run, WaitRow
from studio.runtime.outcomes import RunState, WaitState


class RunWaits:
    """See contract.ports.Waits."""

    def __init__(self, hint: Callable[[], None]) -> None:
        """`hint` announces, after the commit, that a run may be runnable."""
        self._hint = hint

    def resolve(self, uow: UnitOfWork, wait_id: UUID, run_id: UUID, payload: Any) -> bool:
        """One resolution a wait, whoever comes first; the run wakes in the same transaction."""
        return self.resolve_all(uow, [Resolved(wait_id, run_id, payload)]) == 1

    def resolve_all(self, uow: UnitOfWork, resolved: Sequence[Resolved]) -> int:
        """The same for several at once."""
        insert = sqlite_insert if uow.session.get_bind().dialect.name == "sqlite" else pg_insert
        rows = [
            {
                "wait_id": one.wait_id,
                "workspace_id": uow.workspace,
                "run_id": one.run_id,
                "payload": one.payload,
                "resolved_at": uow.now,
            }
            for one in resolved
        ]
        if not rows:
            return 0
        first = insert(Resolution).on_conflict_do_nothing().returning(Resolution.run_id)
        written = uow.session.scalars(first, rows).all()
        if written:
            wake(uow, written)
            uow.after_commit(self._hint)
        return len(written)

    def signal(self, uow: UnitOfWork, name: str, key: str, payload: Any) -> int:
        """Resolve every open `wait for signal` of that name and key; returns how many heard it."""
        heard = uow.session.execute(
            select(WaitRow.id, WaitRow.run_id)
            .where(WaitRow.kind == "signal", WaitRow.match == f"{name}:{key}", WaitRow.state == WaitState.OPEN)
            .order_by(WaitRow.run_id)  # two signals that wake the same runs lock them in the same order
        ).all()
        return self.resolve_all(uow, [Resolved(wait.id, wait.run_id, payload) for wait in heard])


def wake(uow: UnitOfWork, run_ids: Collection[UUID]) -> None:
    """Make waiting runs claimable.

    The counter moves whatever state the run is in, under its row's lock: a worker that is parking it at this moment
    sees the counter and queues it again, so no wake-up falls between the two.
    """
    if len(run_ids) > 1:  # an update locks in an order of its own: two that wake the same runs would block each other
        uow.session.execute(
            select(Run.id).where(among(uow.session, Run.id, run_ids)).order_by(Run.id).with_for_update()
        )
    parked = Run.state == RunState.WAITING
    uow.session.execute(
        update(Run)
        .where(among(uow.session, Run.id, run_ids))
        .values(
            wake_seq=Run.wake_seq + 1,
            state=case((parked, RunState.QUEUED), else_=Run.state),
            available_at=case((parked, uow.now), else_=Run.available_at),
        )
        .execution_options(synchronize_session=False)
    )
