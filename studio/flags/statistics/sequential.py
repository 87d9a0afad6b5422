"""The interval of a difference that may be looked at as often as one likes, and acted upon at any look.

An asymptotic confidence sequence: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory
and asymptotic confidence sequences" (arXiv 2103.06476v7), equations 9 (the width) and 161 (where it is tightest). It
is what GrowthBook's sequential testing computes (docs.growthbook.io/statistics/sequential), with its default of 5,000.

A fixed-horizon interval that is looked at again and again calls a difference that is not there far more often than
alpha says; this one is wider at each look, and calls one at any look at all with a probability of about alpha.
"""

from math import log, sqrt

from studio.flags.statistics.comparing import MINIMUM_UNITS, Comparison, Interval, Withheld, compared, too_few
from studio.flags.statistics.intervals import about
from studio.flags.statistics.samples import Sample

TIGHTEST_AT = 5000
"""The units of both arms together at which the interval is tightest, for what it can be."""


def anytime(
    treatment: Sample,
    control: Sample,
    *,
    alpha: float = 0.05,
    minimum: int = MINIMUM_UNITS,
    tightest_at: int = TIGHTEST_AT,
) -> Comparison | Withheld:
    """How much the treatment differs from the control, with a confidence of 1 - `alpha` over all looks together.

    `alpha` and `tightest_at` (at least 1) have to be the same at every look. Both samples are of the same kind, or it
    is a ValueError. Withheld below `minimum` units in either arm, where the sequence is not yet near its limit.
    """
    if type(treatment) is not type(control):
        raise ValueError("A rate cannot be compared with a mean.")
    if withheld := too_few(treatment.n, control.n, minimum):
        return withheld
    return compared(*anytime_limits(treatment, control, alpha=alpha, tightest_at=tightest_at))


def anytime_limits(
    treatment: Sample, control: Sample, *, alpha: float = 0.05, tightest_at: int = TIGHTEST_AT
) -> tuple[Interval, Interval]:
    """The limits of each arm's mean from which `anytime` has its differences. Each arm needs one unit."""
    errors = standard_errors(treatment.n + control.n, alpha, tightest_at)
    return about(treatment, errors), about(control, errors)


def standard_errors(n: int, alpha: float, tightest_at: int) -> float:
    """How many standard errors of the difference the interval reaches to either side, at `n` units in all."""
    mixed = n * _mixing(alpha, tightest_at)
    return sqrt(2 * (mixed + 1) / mixed * log(sqrt(mixed + 1) / alpha))


def _mixing(alpha: float, tightest_at: int) -> float:
    """The square of rho, the mixture's parameter."""
    return (-2 * log(alpha) + log(-2 * log(alpha) + 1)) / tightest_at
