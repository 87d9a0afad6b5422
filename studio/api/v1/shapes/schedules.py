"""Schedules of who is on call."""

from datetime import datetime

from pydantic import ConfigDict, Field, NaiveDatetime

from studio.api.v1.reading import Body, Moment, Query
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.service.schedules import MOST_DAYS, MOST_PEOPLE

_SOMEBODY = "019a0000-0000-7000-8000-000000000000"


class OverrideView(Shape):
    """Somebody else for a time."""

    id: Id
    user_id: Id
    starts_at: datetime
    ends_at: datetime


class ScheduleView(Shape):
    """Whose turn it is."""

    id: Id
    name: str = Field(examples=["Support on call"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    starts: str = Field(description="A handover on the wall clock of the zone.", examples=["2026-03-02T09:00"])
    days: int = Field(description="Length of a turn.", examples=[7])
    people: list[Id] = Field(description="`user_id`s in the order of their turns.")
    on_call: Id | None = Field(description="Whose turn it is now; null: somebody who has no seat any more.")
    overrides: list[OverrideView] = Field(description="Those that are not over yet.")


class ScheduleSave(Body):
    """A schedule as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Support on call",
                    "time_zone": "Europe/Berlin",
                    "starts": "2026-03-02T09:00:00",
                    "days": 7,
                    "people": [_SOMEBODY],
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=80)
    time_zone: str = Field(max_length=64, examples=["Europe/Berlin"])
    starts: NaiveDatetime = Field(description="A handover on the wall clock of the zone, without an offset.")
    days: int = Field(ge=1, le=MOST_DAYS)
    people: list[Id] = Field(
        min_length=1, max_length=MOST_PEOPLE, description="`user_id`s in the order of their turns."
    )


class OverrideSave(Body):
    """Somebody else for a time."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"user_id": _SOMEBODY, "start": "2126-03-06T09:00:00+01:00", "end": "2126-03-07T09:00:00+01:00"}
            ]
        }
    )

    user_id: Id
    start: Moment
    end: Moment


class OnCallQuery(Query):
    """Of which moment."""

    at: Moment | None = Field(None, description="Now, where none is given.")


class OnCallView(Shape):
    """Who is on call at a moment."""

    at: datetime
    user_id: Id | None
    name: str | None
