"""What stands still: a paused workflow, a stopped workspace."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Shape

Events = Literal["hold", "refuse"]
_EVENTS = "What becomes of what arrives: held, to start its run afterwards in its order; or refused, with the reason."


class PauseState(Shape):
    """How a workflow stands still."""

    state: Literal["running", "paused", "catching_up"]
    reason: str | None
    events: Events | None = Field(description=_EVENTS)
    runs: Literal["finish", "park"] | None = Field(description="What becomes of runs that have begun.")
    by: str | None
    since: datetime | None
    until: datetime | None = Field(description="When it resumes by itself; null: when somebody says so.")
    held_events: int = Field(description="Counted to 1,000.")
    parked_runs: int = Field(description="Counted to 1,000.")
    total: int = Field(description="Catching up: how much had gathered.")
    released: int = Field(description="Catching up: how much of it has gone on.")


class Pause(Body):
    """How it shall stand still."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Stock count", "runs": "park"}]})

    reason: str = Field(max_length=2_000)
    events: Events = Field("hold", description=_EVENTS)
    runs: Literal["finish", "park"] = "finish"
    until: datetime | None = Field(None, description="With a zone; within 92 days.")


class Resume(Body):
    """In what time what has gathered is let go."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"over_s": 600}]})

    over_s: int | None = Field(
        None, description="Seconds, 86,400 at most; 0: at once. Null: in ten minutes, 2 to 50 a second."
    )


class Dropped(Shape):
    """How many held events start nothing now."""

    events: int


class StopState(Shape):
    """Whether everything in the workspace is stopped, and how what had gathered goes on."""

    stopped: bool
    reason: str | None
    events: Events | None = Field(description=_EVENTS)
    by: str | None
    since: datetime | None
    held_events: int = Field(description="Counted to 1,000.")
    parked_runs: int = Field(description="Counted to 1,000.")
    catching_up: int = Field(description="Workflows whose backlog is going on.")
    total: int
    released: int


class Stop(Body):
    """Why, and what becomes of what arrives."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Refunds go out twice"}]})

    reason: str = Field(max_length=2_000)
    events: Events = Field("hold", description=_EVENTS)
