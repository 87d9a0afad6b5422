"""Whether a guardrail is broken: by an interval that may be looked at as often as one likes."""

from dataclasses import dataclass

from studio.flags.ramps.plan import Change, Guardrail, Worse
from studio.flags.statistics.comparing import Comparison, Interval, Withheld, difference, scaled
from studio.flags.statistics.samples import Sample
from studio.flags.statistics.sequential import anytime, anytime_limits


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a guardrail says."""

    guardrail: Guardrail
    comparison: Comparison | Withheld
    broken: bool


def look(guardrail: Guardrail, treatment: Sample, control: Sample, alpha: float) -> Look:
    """Judge one guardrail. `alpha` has to be the same at every look; below its minimum it is never broken."""
    comparison = anytime(treatment, control, alpha=alpha, minimum=guardrail.minimum)
    if isinstance(comparison, Withheld):
        return Look(guardrail, comparison, broken=False)
    return Look(guardrail, comparison, _beyond(guardrail, *anytime_limits(treatment, control, alpha=alpha)))


def _beyond(guardrail: Guardrail, treatment: Interval, control: Interval) -> bool:
    """Whether the whole interval lies beyond the tolerance.

    A relative one is read off the difference to the control times 1 ± tolerance: the same as the ratio's interval, but
    it holds as well where the control's mean cannot be told from 0, as with errors that the control does not have.
    """
    sign = 1 if guardrail.worse is Worse.UP else -1
    tolerance = guardrail.tolerance
    if guardrail.change is Change.RELATIVE:
        outwards = sign if control.estimate >= 0 else -sign
        control = scaled(control, max(0.0, 1 + outwards * tolerance))
        tolerance = 0.0
    apart = difference(treatment, control)
    return apart.low > tolerance if guardrail.worse is Worse.UP else apart.high < -tolerance
