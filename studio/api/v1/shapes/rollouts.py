"""Guarded rollouts, their metrics, and what programs report for them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.api.v1.shapes.flags import Documents, Note
from studio.approvals.limits import Who
from studio.core.moments import reached

_PLAN: Any = {
    "steps": [{"share": 5, "dwell": 3600}, {"share": 50, "dwell": 86400}, {"share": 100}],
    "guardrails": [{"metric": "errors", "worse": "up", "tolerance": 0.01}],
}
_AT = "2026-03-02T09:00:00Z"
Moment = Annotated[
    AwareDatetime, AfterValidator(reached), Field(strict=False, description="At most 5 minutes ahead and 7 days ago.")
]
Place = Annotated[str, Field(max_length=60, examples=["production"])]
Unit = Annotated[
    str, Field(min_length=1, max_length=200, description="What the rollout is sticky on, such as the user's id.")
]


class MetricInfo(Shape):
    """Something that is measured of people."""

    id: Id
    key: str = Field(examples=["errors"])
    title: str = Field(examples=["Errors at checkout"])
    kind: Literal["proportion", "mean"]
    worse: Literal["up", "down"]


class NewMetric(Body):
    """A metric."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "key": "errors", "title": "Errors at checkout", "kind": "proportion", "worse": "up",
    }]})  # fmt: skip

    key: str = Field(max_length=60, description="Small letters, digits, `_`, `.` and `-`; never changes.")
    title: str = Field("", max_length=80)
    kind: Literal["proportion", "mean"] = Field(
        description="Whether anything above 0 was measured of a unit, or the sum of what was measured of it."
    )
    worse: Literal["up", "down"] = Field("up", description="Which way it gets worse.")


class NewRollout(Body):
    """A plan of shares."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"plan": _PLAN}]})

    plan: dict[str, Any] = Field(
        description="`steps` of a `share` in whole per cent, `dwell` in seconds, `minimum` units an arm, `approval`; "
        "`guardrails` of a `metric`, `worse`, `tolerance`, `change`, `minimum` and `on_breach`; `control`, "
        "`on_mismatch`, `on_no_traffic`, `grace` in seconds, `alpha`."
    )
    stickiness: str = Field("userId", max_length=60, description="The field of the context by which units are drawn.")
    constraints: Documents = Field(default_factory=list)
    segments: list[int] = Field(default_factory=list, max_length=200)
    approvers: list[Who] = Field(default_factory=list, max_length=50, description="Of steps that need an approval.")
    note: Note = ""


class RolloutAct(Body):
    """What shall be done to a rollout."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"do": "start"}]})

    do: Literal["start", "pause", "resume", "hold", "advance", "complete", "roll_back"]
    note: Note = ""


class RolloutMoment(Shape):
    """What happened to a rollout."""

    at: datetime
    what: str = Field(examples=["advanced"])
    step: int = Field(description="Of the plan, from 1.", examples=[2])
    share: float = Field(description="Per cent that had it from then on.", examples=[5.0])
    findings: list[dict[str, Any]] = Field(examples=[[{"key": "guardrail:errors:up", "metric": "errors"}]])
    note: str
    who: str


class RolloutInfo(Shape):
    """Where a rollout is, and what is known."""

    id: Id
    flag: str = Field(examples=["new-checkout"])
    environment: str = Field(examples=["production"])
    state: Literal["ready", "running", "paused", "held", "completed", "rolled_back"]
    step: int = Field(description="Of the plan, from 1.", examples=[1])
    share: float = Field(description="Per cent that have it now.", examples=[5.0])
    reasons: list[str] = Field(description="What it is held for.", examples=[["mismatch"]])
    approval: Literal["not_asked", "pending", "granted", "refused"]
    allowed: list[str] = Field(description="What may be done now.", examples=[["pause", "roll_back"]])
    treatment: int = Field(description="Units seen with it, each counted once.")
    control: int = Field(description="Units seen without it, of a group of the same size.")
    plan: dict[str, Any] = Field(examples=[_PLAN])
    next_look_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    history: list[RolloutMoment] = Field(description="The newest 100, newest first.")


class ExposureItem(Body):
    """Somebody got an answer of a flag."""

    flag: str = Field(max_length=100, examples=["new-checkout"])
    unit: Unit
    at: Moment
    variant: str | None = Field(
        None, max_length=40,
        description="What the program gave, for experiments. Another arm's variant than the unit's own is counted as "
        "such; one of no arm is no exposure. The arm itself is worked out here.",
    )  # fmt: skip
    context: dict[str, Any] | None = Field(
        None, description="What the program told the flag: `{userId, …, properties: {…}}`. Whoever is not meant by the "
        "study's conditions and segments is not counted. Without it the program's word is taken.",
        examples=[{"properties": {"country": "DE"}}],
    )  # fmt: skip


class Exposures(Body):
    """Up to 1,000 of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "environment": "production", "exposures": [{"flag": "new-checkout", "unit": "4711", "at": _AT}],
    }]})  # fmt: skip

    environment: Place
    exposures: list[ExposureItem] = Field(min_length=1, max_length=1_000)


class MeasurementItem(Body):
    """A value of somebody."""

    id: str = Field(min_length=1, max_length=64, description="The program's own: sent again, it counts once.")
    metric: str = Field(max_length=60, examples=["errors"])
    unit: Unit
    value: float = Field(strict=False, description="In the metric's unit; of a proportion above 0: it happened.")
    at: Moment


class Measurements(Body):
    """Up to 1,000 of them."""

    model_config = ConfigDict(json_schema_extra={"examples": [{
        "environment": "production",
        "measurements": [{"id": "order-1042", "metric": "errors", "unit": "4711", "value": 1, "at": _AT}],
    }]})  # fmt: skip

    environment: Place
    measurements: list[MeasurementItem] = Field(min_length=1, max_length=1_000)


class RefusedItem(Shape):
    """One that was not taken."""

    path: str = Field(examples=["exposures.3.at"])
    code: str = Field(examples=["study.future"])
    message: str


class TakenInfo(Shape):
    """What became of a report."""

    counted: int
    duplicates: int = Field(description="Known before, or twice in the report.")
    outside: int = Field(description="Nothing is wrong with them, and no rollout or experiment counts them.")
    refused: list[RefusedItem] = Field(description="The others were taken.")
