"""What waits and who works, as the page Workers shows it."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from studio.api.v1.shapes.common import Shape

_COUNTED = "Counted to 10,000."


class QueueState(Shape):
    """Runs of one lane."""

    lane: Literal["main", "effect", "gate", "back", "parked"] = Field(
        description="`main`, `effect`: for a worker; `gate`, `back`: for their workflow's limits; `parked`: paused."
    )
    waiting: int = Field(description=_COUNTED)
    oldest_s: float | None = Field(description="How long its oldest run has waited; null: none waits.")


class WorkerState(Shape):
    """One worker process of the installation."""

    holder: str = Field(description="By which its leases are named.")
    host: str
    pid: int
    release: str
    threads: int
    state: Literal["working", "draining", "silent"]
    started_at: datetime
    seen_at: datetime
    held_runs: int = Field(description="Runs of this workspace that it holds.")


class JobsState(Shape):
    """What commits have left to be done, of one topic."""

    topic: str
    due: int = Field(description=_COUNTED)
    oldest_s: float


class OperationsState(Shape):
    """All of it, as of one moment."""

    at: datetime
    trouble: list[str] = Field(description="What is not well, in words; empty: nothing.")
    queues: list[QueueState]
    held_runs: int = Field(description="Runs of this workspace that workers hold under leases.")
    lost_leases: int = Field(description="Of these: under leases that ran out half a minute ago. " + _COUNTED)
    timers_turn: bool
    timer_lag_s: float = Field(description="How long ago the oldest timer was due that has not fired.")
    workers: list[WorkerState]
    jobs: list[JobsState]
