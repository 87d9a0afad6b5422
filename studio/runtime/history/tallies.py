"""How often each step of a run was gone through and how that ended, counted without reading what it got and gave."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import case, func, select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Step

MOST_COUNTED = 20_000
"""Rows that a page counts; a longer run's figures are those of so many."""
WORST_FIRST = (
    "failed", "needs_review", "waiting", "running", "cancelled", "succeeded", "skipped", "not_reached"
)  # fmt: skip
Counted = tuple[str, str, str | None, int, int]
"""(node, state, port, rows, rows of second and later attempts)."""


@dataclass(slots=True)
class Tally:
    """One node of a run, all its iterations together."""

    states: Counter[str] = field(default_factory=Counter)
    """How its places stand: failed attempts that were followed by another do not count."""
    ports: Counter[str] = field(default_factory=Counter)
    """How often the run went on behind each port."""
    again: int = 0
    """Attempts beyond the first ones."""

    @property
    def places(self) -> int:
        """In how many iterations it began; 1 at the top."""
        return self.states.total()

    @property
    def worst(self) -> str:
        """The state to be shown for all of them."""
        known = [state for state in WORST_FIRST if self.states[state] > 0]
        return known[0] if known else next(iter(self.states), "not_reached")


def tallies(uow: UnitOfWork, run_id: UUID) -> dict[str, Tally]:
    """By node, of those that began, in one statement."""
    rows = (
        select(Step.node_key, Step.state, Step.port, Step.attempt)
        .where(Step.run_id == run_id)
        .order_by(Step.id)
        .limit(MOST_COUNTED)
        .subquery()
    )
    again = func.sum(case((rows.c.attempt > 1, 1), else_=0))
    grouped = select(rows.c.node_key, rows.c.state, rows.c.port, func.count(), again).group_by(
        rows.c.node_key, rows.c.state, rows.c.port
    )
    return tallied(
        (key, state, port, count, more or 0) for key, state, port, count, more in uow.session.execute(grouped)
    )


def tallied(rows: Iterable[Counted]) -> dict[str, Tally]:
    """The same from what was counted. Pure."""
    found: dict[str, Tally] = {}
    for key, state, port, count, again in rows:
        one = found.setdefault(key, Tally())
        one.states[state] += count
        one.again += again
        if port is not None:
            one.ports[port] += count
    for one in found.values():
        one.states["failed"] -= min(one.again, one.states["failed"])
        one.states = +one.states
    return found


def states(found: Mapping[str, Tally]) -> dict[str, str]:
    """The state of each node that began, for pictures."""
    return {key: one.worst for key, one in found.items()}
