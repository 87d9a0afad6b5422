"""Why shadows end and how long they go on, shared by their policies and pages."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from studio.builder.backtest.outcomes import MOST_EVENTS

LEAST_HOURS, MOST_HOURS = 1, 30 * 24


class Ended(StrEnum):
    """Why a shadow ended."""

    TIME = "time"
    """Its time was over."""
    BOUND = "bound"
    """It has seen as many events as were wanted."""
    STOPPED = "stopped"
    """A person stopped it."""
    PUBLISHED = "published"
    """Another version was published, so there was nothing left to compare with."""
    ARCHIVED = "archived"
    """Its workflow was archived."""
    FAILED = "failed"
    """It could not go on; its row says why."""


class Beside(BaseModel):
    """For how long a draft is to run beside the published version."""

    model_config = ConfigDict(extra="forbid")

    hours: int = Field(24, ge=LEAST_HOURS, le=MOST_HOURS, description="How long; 720 are 30 days.")
    events: int = Field(MOST_EVENTS, ge=1, le=MOST_EVENTS, description="It ends sooner once it has seen so many.")
