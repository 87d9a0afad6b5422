"""Drafts tried on events of the past."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body, Paged
from studio.api.v1.shapes.common import Id, Shape
from studio.builder.backtest.outcomes import DAYS, MOST_EVENTS, Kind, State, Wanted, What


class NewBacktest(Body):
    """Which events, and what is assumed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"last": 1000, "approvals": "recorded"}]})

    trigger: str | None = Field(None, max_length=40, description="Key of a trigger of the draft; empty: its first.")
    last: int | None = Field(
        None, ge=1, le=MOST_EVENTS, description=f"So many of the newest events; empty: those of the last {DAYS} days."
    )
    approvals: Literal["recorded", "approved", "declined"] = Field(
        "recorded", description="What people are taken to have said; `recorded` is as approved where nobody was asked."
    )
    answers: Literal["recorded", "sample"] = Field(
        "recorded", description="What calls are taken to have answered; `recorded` is the sample where none was made."
    )


class BacktestQuery(Paged):
    """Which of its events."""

    kind: Kind | None = Field(None, description="What they are beside what happened.", examples=["differs"])
    error: str | None = Field(None, max_length=16, description="Key of an entry of `tally.errors`.")


class BacktestInfo(Shape):
    """A backtest and how far it is."""

    id: Id
    workflow_id: Id
    state: State
    why: str | None = Field(description="Why it could not go on.")
    wanted: Wanted
    version_number: int | None = Field(description="The published version beside it.")
    total: int = Field(description="Events that were there when it began.")
    tally: dict[str, Any] = Field(description="What those that were tried so far come to, as counts.")
    by_name: str
    created_at: datetime
    finished_at: datetime | None


class BacktestDetail(BacktestInfo):
    """With its answer in words."""

    sentence: str
    beside: str = Field(description="What the published version made of the same events.")
    assumptions: list[str] = Field(description="Everything that was not really so.")


class BacktestEventInfo(Shape):
    """What became of one event."""

    event_id: Id
    run_id: Id | None = Field(description="The run that it started then.")
    kind: Kind
    state: str | None = Field(description="How the run would end; null: none would start.")
    node: str | None = Field(description="The step where it parts from what happened.")
    what: What | None
    was: str | None
    becomes: str | None
    assumed: bool = Field(description="They part at a step whose outcome was assumed.")
    received_at: datetime


class TriedEvent(BacktestEventInfo):
    """With its steps, worked out anew; null where the event's data are no longer kept."""

    result: dict[str, Any] | None
