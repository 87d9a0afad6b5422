"""About how many runs a filter would list, from the counts of hours and days. Nothing is counted for it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.insights.grains import ALL, Period
from studio.runtime.models import RunTally


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of a period: what the other filters leave out is not taken off, but for workflow and state of each other."""

    period: Period
    states: dict[str, int]
    workflows: dict[UUID, int]


def estimates(uow: UnitOfWork, span: str, workflow_id: UUID | None = None, states: Iterable[str] = ()) -> Estimates:
    """Beside each state, of the workflow that is chosen; beside each workflow, in the states that are chosen.

    `span` as an address has it; one that is no period is told by the month.
    """
    period, chosen = Period(span) if span in set(Period) else Period.MONTH, set(states)
    since = uow.now - period.length  # days of whatever zone that began since then: an estimate asks for no more
    found = select(RunTally.workflow_id, RunTally.state, func.sum(RunTally.runs))
    found = found.where(RunTally.grain == period.grain.value, RunTally.starts_at > since)
    by_state, by_workflow = Counter[str](), Counter[UUID]()
    for of, state, runs in uow.session.execute(found.group_by(RunTally.workflow_id, RunTally.state)):
        if of == (workflow_id or ALL):
            by_state[state] += int(runs)
        if of != ALL and (not chosen or state in chosen):
            by_workflow[of] += int(runs)
    return Estimates(
        period, {state: rounded(count) for state, count in by_state.items()},
        {of: rounded(count) for of, count in by_workflow.items()},
    )  # fmt: skip


def rounded(count: int) -> int:
    """To two digits: more would say that it was counted."""
    return round(count, min(0, 2 - len(str(count))))
