"""The plan of a guarded rollout: to whom it goes when, what is watched, and what is done where something is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, TypeAdapter, with_config

from studio.flags.ramps.arms import MONITORED
from studio.flags.statistics.comparing import MINIMUM_UNITS

_STRICT = with_config(ConfigDict(extra="forbid"))
"""A field that there is not is refused, not passed over."""


class Worse(StrEnum):
    """Which way a metric gets worse."""

    UP = "up"
    DOWN = "down"


class Change(StrEnum):
    """How a tolerance is meant."""

    ABSOLUTE = "absolute"
    """In the metric's unit; of rates, in parts of 1 (0.01 is one percentage point)."""
    RELATIVE = "relative"
    """In parts of the control's mean (0.1 is 10 %)."""


class OnBreach(StrEnum):
    """What is done where a guardrail is broken."""

    ROLL_BACK = "roll_back"
    HOLD = "hold"


class OnMismatch(StrEnum):
    """What is done where the arms do not have the sizes they were given."""

    HOLD = "hold"
    ROLL_BACK = "roll_back"
    WARN = "warn"


class OnNoTraffic(StrEnum):
    """What is done where nobody was counted for as long as the grace."""

    HOLD = "hold"
    IGNORE = "ignore"


@_STRICT
@dataclass(frozen=True, slots=True)
class Step:
    """One share, and what has to be met before the ramp goes on from it."""

    share: float
    """Per cent of the units, above 0 to 100, in tenths."""
    dwell: int = 0
    """Seconds that the ramp has to run at this share; pauses and holds do not count."""
    minimum: int = 0
    """Units that each arm has to have, since the ramp started."""
    approval: bool = False
    """Somebody has to agree, asked when everything else is met."""


@_STRICT
@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not get worse by more than it may."""

    metric: str
    """Its key."""
    worse: Worse = Worse.UP
    tolerance: float = 0.0
    """By how much it may get worse, 0 or more. Broken where the whole interval lies beyond."""
    change: Change = Change.ABSOLUTE
    minimum: int = MINIMUM_UNITS
    """Units that each arm has to have before it is judged, and before the ramp goes on."""
    on_breach: OnBreach = OnBreach.ROLL_BACK


@_STRICT
@dataclass(frozen=True, slots=True)
class Plan:
    """The whole of it; `checking.problems` says whether it can be walked."""

    steps: tuple[Step, ...]
    control: bool = True
    """An equal-size control group at every step up to 50 per cent."""
    guardrails: tuple[Guardrail, ...] = ()
    on_mismatch: OnMismatch = OnMismatch.HOLD
    on_no_traffic: OnNoTraffic = OnNoTraffic.HOLD
    grace: int = 86_400
    """Seconds without anybody counted after which there is no traffic."""
    alpha: float = 0.05
    """How probable a false alarm of any guardrail may be, over the whole rollout (0.001 to 0.2)."""

    def monitored(self, step: int) -> bool:
        """Whether arms are compared at this step (0 is the first)."""
        return self.control and self.steps[step].share <= MONITORED

    def as_json(self) -> dict[str, Any]:
        """As it is stored and shown."""
        document: dict[str, Any] = FORM.dump_python(self, mode="json")
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Plan":
        """What `as_json` gave. Anything else is pydantic's ValidationError; `checking.read` explains it."""
        return FORM.validate_python(document)


FORM = TypeAdapter(Plan)
