"""What runs say together."""

from datetime import date, datetime

from pydantic import Field

from studio.api.v1.reading import Query
from studio.api.v1.shapes.common import Id, Shape
from studio.runtime.insights.grains import Period
from studio.runtime.insights.heat import Span


class InsightsQuery(Query):
    """How far back, and of which workflow."""

    period: Period = Field(
        Period.WEEK,
        description="`24h` by hours, longer ones by days of the workspace's time zone; the last one goes on.",
    )
    workflow_id: Id | None = Field(None, description="Of one workflow alone.")


class StretchView(Shape):
    """The runs that began in an hour, on a day, or in all stretches together."""

    starts_at: datetime
    ends_at: datetime = Field(description="Not included. A day has 23 or 25 hours where clocks are changed.")
    day: date | None = Field(description="By the calendar of `time_zone`; null: it is no day.")
    time_zone: str | None = Field(
        description="Whose day it is: what was counted before the workspace had another zone keeps its days."
    )
    whole_day: bool = Field(
        description="False: only a part of that day, as days of another time zone of the workspace begin after it."
    )
    runs: int
    states: dict[str, int] = Field(description="How many are in each state by now.", examples=[{"succeeded": 120}])
    median_ms: int | None = Field(
        description="Half of those that succeeded or failed took no longer, from begin to end; within one per cent."
    )
    p95_ms: int | None = Field(description="95 of a hundred took no longer.")


class WaitingView(Shape):
    """Runs that wait, whenever they began."""

    reason: str = Field(description="Kind of what they wait for.", examples=["approval"])
    runs: int


class TopErrorView(Shape):
    """Runs of one workflow that failed with one and the same error."""

    fingerprint: str = Field(description="The list of runs takes it as `fingerprint`.")
    code: str = Field(examples=["http.status"])
    node: str = Field(description="Key of the step.")
    workflow_id: Id
    workflow: str | None = Field(description="Its name; null: it is gone.")
    runs: int
    latest_run_id: Id
    message: str | None = Field(description="Of the latest of them; null: that run is no longer kept.")


class OfWorkflowView(Shape):
    """The runs of one workflow in the period."""

    workflow_id: Id
    name: str | None
    found: StretchView


class InsightsView(Shape):
    """Counts of a period. Runs count in the stretch in which they began, about a minute later."""

    period: Period
    time_zone: str = Field(
        description="Whose days these are: the workspace's. Another one counts from its next midnight on.",
        examples=["Europe/Berlin"],
    )
    counted_to: datetime | None = Field(description="Runs that began later are not counted yet; null: none is.")
    behind: bool = Field(description="Counting catches up, after an upgrade or while orders go first.")
    stretches: list[StretchView]
    whole: StretchView = Field(description="All stretches together.")
    waiting: list[WaitingView]
    errors: list[TopErrorView] = Field(description="The ten most frequent.")
    workflows: list[OfWorkflowView] = Field(description="The ten busiest; empty where one was asked for.")


class HeatQuery(Query):
    """How far back."""

    span: Span = Field(Span.WEEK, description="`24h` by hours, longer ones by days of `time_zone`.")


class StepHeatView(Shape):
    """One step of the version that runs."""

    key: str
    name: str
    ended: int = Field(description="How often it succeeded or failed; in a loop once an iteration.")
    failed: int = Field(description="After its last attempt.")
    retried: int = Field(description="Attempts beyond the first.")
    median_ms: int | None = Field(
        description="Half of them took no longer, from the begin of the first attempt to the end of the last, waiting "
        "included; within two per cent. Null: none has ended."
    )
    p95_ms: int | None = Field(description="95 of a hundred took no longer.")


class HeatView(Shape):
    """Counts of a workflow's steps. Runs that have ended count where they began, about a minute later."""

    span: Span
    time_zone: str = Field(
        description="Whose days these are: the workspace's. Another one counts from its next midnight on.",
        examples=["Europe/Berlin"],
    )
    starts_at: datetime = Field(description="Runs that began earlier do not count.")
    version: int | None = Field(description="Whose steps these are: the version that runs; null: none was published.")
    counted_to: datetime | None = Field(description="Runs that began later are not counted yet; null: none is.")
    behind: bool = Field(description="Counting catches up, after an upgrade or while orders go first.")
    steps: list[StepHeatView]
