"""Calendars of working hours."""

from datetime import date, datetime
from typing import Annotated

from pydantic import ConfigDict, Field, JsonValue

from studio.api.v1.reading import Body, Query
from studio.api.v1.shapes.common import Id, Shape
from studio.approvals.clock.reading import MOST_HOLIDAYS, MOST_SPANS, WEEK

Hours = Annotated[str, Field(max_length=20, examples=["09:00-17:00"])]
Days = Annotated[
    list[Annotated[list[Hours], Field(max_length=MOST_SPANS)]],
    Field(min_length=WEEK, max_length=WEEK, description="The hours of seven days, Monday first. An end that is not "
          "behind its start lies in the next day."),
]  # fmt: skip
_OPEN: JsonValue = ["09:00-17:00"]
_WEEK: list[JsonValue] = [*[_OPEN] * 5, [], []]


class HolidayView(Shape):
    """A day on which nothing opens."""

    date: date
    name: str = Field(examples=["Christmas"])
    yearly: bool = Field(description="Every year on this day and month.")


class CalendarView(Shape):
    """When people work."""

    id: Id
    name: str = Field(examples=["Support hours"])
    time_zone: str = Field(examples=["Europe/Berlin"])
    week: list[list[str]] = Field(description="The hours of seven days, Monday first.", examples=[_WEEK])
    holidays: list[HolidayView]
    is_default: bool = Field(description="Counts where a step names no calendar.")
    changed_at: datetime


class HolidaySave(Body):
    """A holiday as it shall be."""

    date: str = Field(max_length=10, examples=["2026-12-25"])
    name: str = Field("", max_length=80)
    yearly: bool = False


class CalendarSave(Body):
    """A calendar as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Support hours",
                    "time_zone": "Europe/Berlin",
                    "week": _WEEK,
                    "holidays": [{"date": "2026-12-25", "name": "Christmas", "yearly": True}],
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=80)
    time_zone: str = Field(max_length=64, examples=["Europe/Berlin"])
    week: Days
    holidays: list[HolidaySave] = Field(default=[], max_length=MOST_HOLIDAYS)


class PublicHolidays(Body):
    """Whose public holidays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"place": "DE-BY", "year": 2026}]})

    place: str = Field(max_length=20, description="ISO 3166: a country or a part of one.", examples=["DE-BY"])
    year: int = Field(ge=1970, le=2100, description="The first of three years.")


class DueQuery(Query):
    """A request, and how much working time there is for it."""

    hours: int = Field(8, ge=1, le=10_000, description="Working hours.", examples=[8])
    at: datetime | None = Field(None, description="When it is made; now, where none is given.",
                                examples=["2026-03-06T16:00:00+01:00"])  # fmt: skip


class DueView(Shape):
    """When such a request is due."""

    at: datetime
    hours: int
    due_at: datetime


class MoveView(Shape):
    """What would move of one request. Null on both sides: that stays."""

    request_id: Id
    due_before: datetime | None
    due_after: datetime | None
    remind_before: datetime | None
    remind_after: datetime | None = Field(description="Null: it is no longer to come.")
    escalates_before: datetime | None = Field(description="When the next level of its escalation is due.")
    escalates_after: datetime | None


class RecountView(Shape):
    """What counting open deadlines anew would do."""

    shown: str = Field(description="Send it back to move them.")
    moves: list[MoveView]
    over: int = Field(description="Requests that keep their moments, since the new ones would have passed already.")
    unknown: int = Field(description="Requests that keep theirs, since it is not known how it was counted.")
    more: bool = Field(description="There may be more behind those.")


class Recount(Body):
    """Which plan is to be carried out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"shown": "2026-03-02T10:15:00+00:00"}]})

    shown: str = Field(max_length=60, description="As the plan said.")


class Recounted(Shape):
    """What was done."""

    moved: int = Field(description="Requests that have other moments now.")
