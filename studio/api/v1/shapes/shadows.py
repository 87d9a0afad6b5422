"""Drafts that run beside live versions."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.builder.backtest.outcomes import MOST_EVENTS, State
from studio.builder.shadow.outcomes import LEAST_HOURS, MOST_HOURS, Ended


class NewShadow(Body):
    """For how long."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"hours": 24, "events": 10000}]})

    hours: int = Field(24, ge=LEAST_HOURS, le=MOST_HOURS, description="How long; 720 are 30 days.")
    events: int = Field(MOST_EVENTS, ge=1, le=MOST_EVENTS, description="It ends sooner once it has seen so many.")


class ShadowInfo(Shape):
    """A shadow and how far it is."""

    id: Id
    workflow_id: Id
    state: State
    ended: Ended | None = Field(description="Why it is over; null: it goes on.")
    why: str | None = Field(description="Why it could not go on.")
    version_number: int = Field(description="The published version beside it.")
    until_at: datetime = Field(description="When it ends by itself.")
    total: int = Field(description="It ends sooner once it has seen so many events.")
    taken: int = Field(description="Events that it has seen; those whose run goes on are compared later.")
    tally: dict[str, Any] = Field(description="What those that were compared come to, as counts.")
    by_name: str
    created_at: datetime
    finished_at: datetime | None


class ShadowDetail(ShadowInfo):
    """With its answer in words."""

    sentence: str
    beside: str = Field(description="What the published version made of the same events.")
    assumptions: list[str] = Field(description="Everything that was not really so.")
