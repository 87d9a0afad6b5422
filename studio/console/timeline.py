"""When each step ran, as coordinates of a thousand-wide drawing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from studio.runtime.history.detail import StepView

WIDTH = 1000
NARROWEST = 8
_KINDS = {"failed": "bad", "needs_review": "bad", "waiting": "wait", "running": "run", "cancelled": ""}


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of a step's track."""

    x: int
    width: int
    kind: str


def bars(step: StepView, start: datetime, end: datetime) -> list[Bar]:
    """The attempts of one step between the run's start and its end (or now)."""
    span = max((end - start).total_seconds(), 0.001)
    made = []
    for attempt in step.attempts:
        row = attempt.row
        left = _place((row.started_at - start).total_seconds(), span)
        right = _place(((row.finished_at or end) - start).total_seconds(), span)
        width = max(NARROWEST, right - left)
        kind = _KINDS.get(row.state, "wait" if row.wait_id is not None else "good")
        made.append(Bar(min(left, WIDTH - width), width, kind))
    return made


def tracks(steps: Sequence[StepView], start: datetime, end: datetime) -> dict[str, list[Bar]]:
    """Bars of every step by its anchor."""
    return {step.anchor: bars(step, start, end) for step in steps}


def _place(seconds: float, span: float) -> int:
    return max(0, min(WIDTH, round(seconds / span * WIDTH)))
