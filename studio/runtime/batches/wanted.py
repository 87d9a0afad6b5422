"""What is to be done with many runs. Pure."""

import hashlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field

MOST_RUNS = 2_000
"""Runs of a batch."""
MOST_PER_MINUTE = 600
AT_ONCE = 20
"""Runs of a turn, at most: what one transaction holds."""


class Verb(StrEnum):
    """What is done with each run."""

    RERUN = "rerun"
    REPEAT = "repeat"
    """Of what needs a person: try the step again."""
    ARRIVED = "arrived"
    """The call in doubt had arrived: go on behind it."""
    SKIP = "skip"
    """Go on behind the step with what it is said to have given."""
    DONE = "done"
    """The rest was done by hand."""
    CANCEL = "cancel"


class State(StrEnum):
    """Where a batch is."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


class ItemState(StrEnum):
    """Where one of its runs is."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


class Wanted(BaseModel):
    """What is done, and how. Everything but the verb is for some verbs alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Verb
    from_failed: bool = Field(True, description="`rerun`: from the step that failed; else from the beginning.")
    newest: bool = Field(False, description="`rerun`: on the published version; else on each run's own.")
    repeats: bool = Field(
        False, description="`rerun`: also where effects that have happened would happen again. Else those are refused."
    )
    output: Any = Field(None, description="`skip`: what the step is said to have given.")
    port: str | None = Field(None, max_length=40, description="`skip`: where the run goes on.")
    reason: str = Field("", max_length=500, description="`cancel`, `done`: why.")


def hash_of(wanted: Wanted, run_ids: Sequence[UUID]) -> str:
    """Whoever has seen it agrees to this, with exactly these runs."""
    said = orjson.dumps([wanted.model_dump(mode="json"), [str(one) for one in run_ids]], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


def turn_of(per_minute: int) -> tuple[int, float]:
    """How many runs a turn takes, and seconds until the next one."""
    count = max(1, min(AT_ONCE, per_minute // 12))
    return count, count * 60.0 / per_minute
