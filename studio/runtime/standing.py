"""Triggers say for themselves whether their workflow stands still, so that accepting an event need not ask."""

from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select, update

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Halt, TriggerSubscription


def apply(uow: UnitOfWork, workflow_id: UUID | None = None) -> None:
    """Bring the triggers of one workflow, or of all, in line with the rows of `halt`, in one statement.

    What stops the workspace decides for all. While a backlog is being let go, what comes is held behind it.
    """
    uow.session.flush()
    means = case((Halt.resumed_at.is_not(None), literal("hold")), else_=Halt.events)
    change = update(TriggerSubscription).values(halt=_of(uow, means), halt_why=_of(uow, Halt.why))
    if workflow_id is not None:
        change = change.where(TriggerSubscription.workflow_id == workflow_id)
    uow.session.execute(change.execution_options(synchronize_session="fetch"))


def _of(uow: UnitOfWork, value: Any) -> Any:
    """A value of the row that counts for a trigger; null: none does."""
    whole = select(value).where(Halt.scope_id == uow.workspace).scalar_subquery()
    own = select(value).where(Halt.scope_id == TriggerSubscription.workflow_id).scalar_subquery()
    return func.coalesce(whole, own)
