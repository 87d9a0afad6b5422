"""Load and latency of approvals."""

from datetime import datetime

from pydantic import Field

from studio.api.v1.reading import Query
from studio.api.v1.shapes.common import Shape
from studio.oversight.load import By, Period, Sort


class LoadQuery(Query):
    """Of what, how far back, in which order."""

    by: By = Field(By.PERSON, description="What a line stands for.")
    days: Period = Field(Period.MONTH, description="How many days, today included, in your time zone.")
    sort: Sort = Field(Sort.OPEN, description="Names from A on, figures from the largest on.")


class LoadLine(Shape):
    """One person, group or workflow."""

    key: str = Field(description="`user_id` of a person, id of a workflow, name of a group.")
    name: str = Field(examples=["Jonas Weber"])
    open: int = Field(description="What waits now.")
    overdue: int
    answered: int = Field(description="Answers in the period.")
    median_s: int | None = Field(description="Seconds within which half of the answers came; null: there was none.")
    p90_s: int | None = Field(description="The same for nine in ten.")
    working_median_s: int | None = Field(description="In working time, where requests have a calendar.")
    working_p90_s: int | None
    reassigned: int = Field(description="Handed on in the period.")
    escalated: int
    expired: int = Field(description="Left when its deadline came.")
    ended: int = Field(description="All that was answered, handed on, escalated or left.")


class Load(Shape):
    """At most 200 lines."""

    since: datetime
    lines: list[LoadLine]
    cut: bool = Field(description="There are more lines.")
