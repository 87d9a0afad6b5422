"""What the arms of an experiment say, and what they do not say yet.

Before the horizon each arm is shown with an interval that may be looked at at any time, and nothing is called but a
broken guardrail. At the horizon it is read once, by the fixed-horizon interval, which is narrower.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from studio.flags.experiments.design import Better, Design
from studio.flags.ramps.guardrails import Look, look
from studio.flags.statistics.comparing import Comparison, Withheld
from studio.flags.statistics.intervals import fixed_horizon
from studio.flags.statistics.samples import Sample
from studio.flags.statistics.sequential import anytime
from studio.flags.statistics.srm import Ratio, RatioCheck, check_ratio, check_ratio_anytime


class Verdict(StrEnum):
    """What is called of one arm."""

    WIN = "win"
    LOSS = "loss"
    """At the horizon by the primary metric; at any time by a guardrail."""
    NO_DIFFERENCE = "no_difference"
    """None was seen, which does not say that there is none: the interval says how large it may be."""
    TOO_EARLY = "too_early"
    MISMATCH = "mismatch"
    """Withheld: the arms do not have the sizes they were given."""
    TOO_FEW_UNITS = "too_few_units"
    """Withheld: the horizon came before enough units did."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted of one arm."""

    units: int = 0
    """Units exposed, each once, in the arm of its first moment."""
    metrics: Mapping[str, Sample] = field(default_factory=dict)
    """By key. A metric that is not there is not known."""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """What one arm says."""

    name: str
    units: int
    expected: float
    """Units that it should have by its share."""
    primary: Sample | None
    comparison: Comparison | Withheld | None
    """Of the primary metric with the control; None of the control itself."""
    guardrails: tuple[Look, ...] = ()
    verdict: Verdict | None = None
    """None of the control itself."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the experiment says at one moment."""

    arms: tuple[ArmResult, ...]
    """As in the design, the control first."""
    ratio: RatioCheck
    final: bool
    """The horizon is reached: the intervals are those of one look at the end."""


def result(design: Design, counted: Mapping[str, Counted], now: datetime) -> Result:
    """Read the experiment. An arm that is not in `counted` has no units; its other keys are passed over.

    Alpha is shared by the arms that are compared with the control (Bonferroni), and once more by the guardrails.
    """
    arms = [counted.get(variant.name, Counted()) for variant in design.variants]
    units = [arm.units for arm in arms]
    final = design.reached(min(units), now)
    check = check_ratio if final else check_ratio_anytime
    ratio = check(units, [variant.share for variant in design.variants])
    names = [variant.name for variant in design.variants]
    found = [ArmResult(names[0], units[0], ratio.expected[0], arms[0].metrics.get(design.primary), None)]
    for name, arm, expected in zip(names[1:], arms[1:], ratio.expected[1:], strict=True):
        found.append(_arm(design, name, arm, arms[0], expected, ratio.ratio, final=final))
    return Result(tuple(found), ratio, final)


def _arm(
    design: Design, name: str, arm: Counted, control: Counted, expected: float, ratio: Ratio, *, final: bool
) -> ArmResult:
    alpha = design.alpha / (len(design.variants) - 1)
    ours, theirs = arm.metrics.get(design.primary), control.metrics.get(design.primary)
    comparison = _compared(ours, theirs, alpha, final=final)
    guardrails = tuple(_looks(design, arm, control, alpha))
    verdict = _verdict(design, comparison, guardrails, ratio, final=final)
    return ArmResult(name, arm.units, expected, ours, comparison, guardrails, verdict)


def _compared(ours: Sample | None, theirs: Sample | None, alpha: float, *, final: bool) -> Comparison | Withheld:
    if ours is None or theirs is None:
        return Withheld.nothing()
    return (fixed_horizon if final else anytime)(ours, theirs, alpha=alpha)


def _looks(design: Design, arm: Counted, control: Counted, alpha: float) -> list[Look]:
    looks = []
    for guardrail in design.guardrails:
        ours, theirs = arm.metrics.get(guardrail.metric), control.metrics.get(guardrail.metric)
        if ours is None or theirs is None:
            looks.append(Look(guardrail, Withheld.nothing(guardrail.minimum), broken=False))
        else:
            looks.append(look(guardrail, ours, theirs, alpha / len(design.guardrails)))
    return looks


def _verdict(
    design: Design, comparison: Comparison | Withheld, guardrails: tuple[Look, ...], ratio: Ratio, *, final: bool
) -> Verdict:
    if ratio is Ratio.MISMATCH:
        verdict = Verdict.MISMATCH
    elif any(one.broken for one in guardrails):
        verdict = Verdict.LOSS
    elif not final:
        verdict = Verdict.TOO_EARLY
    elif isinstance(comparison, Withheld):
        verdict = Verdict.TOO_FEW_UNITS
    elif 0 in comparison.absolute:
        verdict = Verdict.NO_DIFFERENCE
    else:
        more = comparison.absolute.low > 0
        verdict = Verdict.WIN if more == (design.better is Better.UP) else Verdict.LOSS
    return verdict
