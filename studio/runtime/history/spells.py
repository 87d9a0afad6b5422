"""What the time of a step went into: working, waiting for people, for its time, for another attempt.

A step's row says when it began and ended; its waits say what lay between. Pure but for `answered`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.detail import Attempt, StepView
from studio.runtime.models import Resolution, Run

MOST_ANSWERS = 500
"""Waits whose answers a page looks up; the others end with their steps."""
PEOPLE, TIMER, RETRY, OTHER = "people", "timer", "retry", "other"
KINDS = {
    "approval": PEOPLE, "guard": PEOPLE, "timer": TIMER, "quiet": TIMER, "retry": RETRY, "turn": TIMER,
    "signal": OTHER, "child": OTHER,
}  # fmt: skip
"""What a wait is for, by its kind; those of primitives that are not named here are `other`."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One stretch of time of a step, or of the run before it began."""

    kind: str
    """queued, working, or what is waited for."""
    start: datetime
    end: datetime
    state: str
    """Of the attempt."""
    attempt: int
    """0: the run's own time in the queue."""

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def answered(uow: UnitOfWork, steps: Sequence[StepView]) -> dict[UUID, datetime]:
    """When each wait was answered, of those that were."""
    waits = [attempt.wait.id for step in steps for attempt in step.attempts if attempt.wait is not None]
    if not waits:
        return {}
    found = select(Resolution.wait_id, Resolution.resolved_at).where(Resolution.wait_id.in_(waits[:MOST_ANSWERS]))
    return {row.wait_id: row.resolved_at for row in uow.session.execute(found)}


def queued(run: Run, now: datetime) -> Spell:
    """From its acceptance to its begin."""
    end = run.started_at or run.finished_at or now
    return Spell("queued", run.created_at, max(end, run.created_at), "queued", 0)


def spells(step: StepView, answers: Mapping[UUID, datetime], now: datetime) -> list[Spell]:
    """Of all attempts of a step, in order; none of them ends before it begins."""
    return [spell for attempt in step.attempts for spell in _of(attempt, answers, now)]


def _of(attempt: Attempt, answers: Mapping[UUID, datetime], now: datetime) -> list[Spell]:
    row, wait = attempt.row, attempt.wait
    end = max(row.finished_at or now, row.started_at)
    if wait is None:
        return [Spell("working", row.started_at, end, row.state, row.attempt)]
    begun = _within(wait.created_at, row.started_at, end)
    over = _within(_ended(attempt, answers, end), begun, end)
    parts = [("working", row.started_at, begun), (KINDS.get(wait.kind, OTHER), begun, over), ("working", over, end)]
    kept = [Spell(kind, since, until, row.state, row.attempt) for kind, since, until in parts if until > since]
    return kept or [Spell("working", row.started_at, end, row.state, row.attempt)]


def _ended(attempt: Attempt, answers: Mapping[UUID, datetime], end: datetime) -> datetime:
    """When a wait was over: once it was answered, or at its time; while it is open, not yet."""
    wait = attempt.wait
    if wait is None or (attempt.row.state == "waiting" and wait.id not in answers):
        return end
    return answers.get(wait.id) or wait.due_at or end


def _within(when: datetime, start: datetime, end: datetime) -> datetime:
    return max(start, min(when, end))


def waited(found: Collection[Spell]) -> float:
    """Seconds of waiting among them."""
    return sum(spell.seconds for spell in found if spell.kind not in ("working", "queued"))
