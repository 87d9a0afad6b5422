"""A run as it was after each of its steps: what had ended, what had not begun. Pure but for `frame`."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.tallies import Tally, tallied
from studio.runtime.models import IN_ORDER, Step

MOST_FRAMES = 2_000
"""Attempts that can be stepped through; a longer run stops there."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The run once so many of its attempts had ended."""

    number: int
    """From 1."""
    total: int
    node: str
    path: str
    attempt: int
    at: datetime
    """When that one ended; when it began, where it has not."""
    tallies: dict[str, Tally]

    @property
    def anchor(self) -> str:
        """Its step in addresses."""
        return f"{self.node}.{self.path}" if self.path else self.node


def frame(uow: UnitOfWork, run_id: UUID, number: int) -> Frame | None:
    """Read in one statement, without what the steps got and gave; None for a run without steps."""
    columns = (Step.node_key, Step.path, Step.attempt, Step.state, Step.port, Step.started_at, Step.finished_at)
    found = select(*columns).where(Step.run_id == run_id).order_by(*IN_ORDER).limit(MOST_FRAMES)
    rows = [(row.finished_at or row.started_at, row) for row in uow.session.execute(found)]
    rows.sort(key=lambda one: one[0])  # as they ended; what ended together stays in the order of its begin
    if not rows:
        return None
    number = max(1, min(number, len(rows)))
    when, last = rows[number - 1]
    counted = Counter((row.node_key, row.state, row.port, row.attempt > 1) for _, row in rows[:number])
    split = ((*place, times, times if again else 0) for (*place, again), times in counted.items())
    tallies = tallied((key, state, port, times, again) for key, state, port, times, again in split)
    return Frame(number, len(rows), last.node_key, last.path, last.attempt, when, tallies)
