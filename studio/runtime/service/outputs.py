"""What steps of one type have given in a run, those that a re-run has kept from an earlier one among them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import IN_ORDER, Step
from studio.runtime.outcomes import StepState


def outputs_of(uow: UnitOfWork, run_id: UUID, node_type: str, path: str) -> list[Any]:
    """The latest output of each step that has succeeded, in order; `path`: in that iteration of a loop and within."""
    query = select(Step).where(Step.run_id == run_id, Step.type == node_type, Step.state == StepState.SUCCEEDED)
    latest: dict[tuple[str, str], Any] = {}
    for step in uow.session.scalars(query.order_by(*IN_ORDER)):
        if not path or step.path == path or step.path.startswith(path + "."):
            latest[step.node_key, step.path] = step.output
    return list(latest.values())
