"""States and choices of a backtest, shared by its policies, tables and pages."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

MOST_EVENTS = 10_000
DAYS = 30


class State(StrEnum):
    """Where a backtest is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """It could not go on; its row says why."""


OVER = frozenset({State.DONE, State.CANCELLED, State.FAILED})


class Kind(StrEnum):
    """What an event's outcome is beside that of before."""

    SAME = "same"
    DIFFERS = "differs"
    NEWLY = "newly"
    """Before it would have started nothing."""
    NO_LONGER = "no_longer"
    """Before it started something."""
    AWAITED = "awaited"
    """Of a shadow: its run goes on, so it is compared later."""
    GONE = "gone"
    """Of a shadow: its data were no longer kept, so nothing could be tried."""


OTHERWISE = (Kind.DIFFERS, Kind.NEWLY, Kind.NO_LONGER)


class What(StrEnum):
    """Where two outcomes part first."""

    MATCHED = "matched"
    PORT = "port"
    """The step went on behind another port."""
    SENT = "sent"
    """The step asks, calls or writes something else."""
    STARTED = "started"
    NOT_STARTED = "not_started"
    STATE = "state"
    """The run ends otherwise."""


class Decisions(StrEnum):
    """What people are taken to have said."""

    RECORDED = "recorded"
    """As it was really decided, where the same approval was asked; else approved."""
    APPROVED = "approved"
    DECLINED = "declined"


class Answers(StrEnum):
    """What calls are taken to have answered."""

    RECORDED = "recorded"
    """As the live run's step was answered, where there was one; else the sample."""
    SAMPLE = "sample"


class Wanted(BaseModel):
    """Which events, and what is assumed."""

    model_config = ConfigDict(extra="forbid")

    trigger: str | None = Field(None, max_length=40, description="Key of the trigger. Empty: the draft's first one.")
    last: int | None = Field(
        None, ge=1, le=MOST_EVENTS, description=f"So many of the newest events. Empty: those of the last {DAYS} days."
    )
    approvals: Decisions = Field(Decisions.RECORDED, description="What people are taken to have said.")
    answers: Answers = Field(Answers.RECORDED, description="What calls are taken to have answered.")
