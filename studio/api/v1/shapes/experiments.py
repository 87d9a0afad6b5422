"""Experiments with flags."""

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field

from studio.api.v1.reading import Body
from studio.api.v1.shapes.common import Id, Shape
from studio.api.v1.shapes.flags import Documents, Note
from studio.approvals.limits import Who

_DESIGN: Any = {
    "variants": [{"name": "three-pages", "share": 50}, {"name": "one-page", "share": 50}],
    "primary": "orders", "better": "up", "units": 5000,
    "guardrails": [{"metric": "errors", "worse": "up", "tolerance": 0.01}],
}  # fmt: skip
_LIMITS = {"low": 0.004, "estimate": 0.012, "high": 0.021}


class NewExperiment(Body):
    """Arms of a flag that are to be compared."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"design": _DESIGN}]})

    design: dict[str, Any] = Field(
        description="`variants` of a `name` and a `share` in per cent, the control first; `primary`, the metric that "
        "decides, and which way it gets `better` (`up`, `down`); the horizon, which is `units` an arm, `until` (a "
        "moment), or the later of both; `alpha`; `guardrails` of a `metric`, `worse`, `tolerance`, `change`, `minimum`."
    )
    values: dict[str, Any] = Field(
        default_factory=dict,
        description="What each arm gives, by its name, where the flag gives more than yes and no. A yes-or-no flag is "
        "off for the control and on for the other arm.",
        examples=[{"three-pages": "old", "one-page": "new"}],
    )
    hypothesis: str = Field("", max_length=500, description="What is expected, and why.")
    stickiness: str = Field("userId", max_length=60, description="The field of the context by which units are drawn.")
    constraints: Documents = Field(default_factory=list)
    segments: list[int] = Field(default_factory=list, max_length=200)
    approvers: list[Who] = Field(
        default_factory=list, max_length=50,
        description="Who has to agree to a decision: `user:` and an address, `group:` and a name. Empty: nobody.",
    )  # fmt: skip
    note: Note = ""


class ExperimentAct(Body):
    """What shall be done to an experiment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"do": "start"}]})

    do: Literal["start", "drop", "stop", "withdraw"]
    note: Note = ""


class ExperimentDecision(Body):
    """What becomes of the flag."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ship": "one-page", "note": "12 more orders in 1,000"}]})

    ship: str | None = Field(max_length=40, description="The variant that everybody gets; null keeps the control.")
    note: Note = ""


class Bounds(Shape):
    """An estimate and its limits."""

    low: float
    estimate: float
    high: float


class GuardrailRead(Shape):
    """What a guardrail says of an arm."""

    metric: str = Field(examples=["errors"])
    broken: bool
    difference: Bounds | None = Field(description="To the control, with limits that may be read at any time.")
    relative: Bounds | None


class ArmRead(Shape):
    """What one arm says."""

    name: str = Field(examples=["one-page"])
    units: int = Field(description="Each counted once.", examples=[5012])
    expected: float = Field(description="Units that it should have by its share.", examples=[5006.5])
    crossed: int = Field(description="Of them, those who were given another arm's variant by a program.")
    mean: float | None = Field(description="Of the primary metric; a rate in parts of 1.", examples=[0.124])
    difference: Bounds | None = Field(
        description="To the control. Before the horizon with limits that may be read at any time.", examples=[_LIMITS]
    )
    relative: Bounds | None = Field(description="In parts of the control's mean.")
    verdict: Literal["win", "loss", "no_difference", "too_early", "mismatch", "too_few_units"] | None
    guardrails: list[GuardrailRead]


class ExperimentRead(Shape):
    """What an experiment says: now, or when it ended."""

    final: bool = Field(description="The horizon was reached, so the limits are those of one look at the end.")
    outcome: Literal["ship", "keep", "inconclusive", "invalid"]
    winner: str | None
    sizes: Literal["expected", "mismatch", "too_few"] = Field(description="Whether the arms' sizes fit their shares.")
    sizes_p_value: float | None
    crossed: int
    arms: list[ArmRead] = Field(description="The control first.")


class ExperimentMoment(Shape):
    """What happened to an experiment."""

    at: datetime
    what: str = Field(examples=["started"])
    variant: str = Field(description="Of a proposal or decision; empty: the control.")
    note: str
    who: str


class ExperimentInfo(Shape):
    """Where an experiment is."""

    id: Id
    flag: str = Field(examples=["new-checkout"])
    environment: str = Field(examples=["production"])
    state: Literal["draft", "running", "ended", "stopped", "decided", "dropped"]
    reason: str = Field(description="Why it was stopped: `by_person`, `guardrail`, `switched_off`; else empty.")
    hypothesis: str
    design: dict[str, Any] = Field(examples=[_DESIGN])
    approvers: list[str]
    allowed: list[str] = Field(description="What may be done now.", examples=[["stop"]])
    proposal: dict[str, Any] | None = Field(description="What people are asked to agree to: `ship`, `note`, `by`.")
    decision: dict[str, Any] | None = Field(
        description="`ship` (null: the control), `note`, `by`, `objections`, and the flag's `version` after it."
    )
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    closed_at: datetime | None


class ExperimentDetail(ExperimentInfo):
    """The same with what it says and what happened."""

    read: ExperimentRead
    history: list[ExperimentMoment] = Field(description="The newest 100, newest first.")
