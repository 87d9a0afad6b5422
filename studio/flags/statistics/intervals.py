"""The confidence interval of a difference at a horizon that was fixed beforehand: look at it once, at the end.

Of proportions Newcombe's hybrid score interval (1998, method 10), built from the score intervals of Wilson (1927): it
holds where rates are near 0 or 1 and where nobody did it. Of means Welch's t (1947).
"""

from math import sqrt

from studio.flags.statistics.comparing import MINIMUM_UNITS, Comparison, Interval, Withheld, compared, too_few
from studio.flags.statistics.distributions import normal_quantile, student_t_quantile
from studio.flags.statistics.samples import Mean, Proportion, Sample


def fixed_horizon(
    treatment: Sample, control: Sample, *, alpha: float = 0.05, minimum: int = MINIMUM_UNITS
) -> Comparison | Withheld:
    """How much the treatment differs from the control, with a confidence of 1 - `alpha` (two-sided, 1e-5 to 0.5).

    Both are of the same kind, or it is a ValueError. Withheld below `minimum` units in either arm.
    """
    if withheld := too_few(treatment.n, control.n, minimum):
        return withheld
    if isinstance(treatment, Proportion) and isinstance(control, Proportion):
        z = -normal_quantile(alpha / 2)
        return compared(wilson(treatment, z), wilson(control, z))
    if isinstance(treatment, Mean) and isinstance(control, Mean):
        t = -student_t_quantile(alpha / 2, welch_df(treatment, control))
        return compared(about(treatment, t), about(control, t))
    raise ValueError("A rate cannot be compared with a mean.")


def wilson(sample: Proportion, z: float) -> Interval:
    """Wilson's score limits of a rate, where `z` is the normal quantile. Needs one unit."""
    n, rate = sample.n, sample.mean
    centre = rate + z * z / (2 * n)
    spread = z * sqrt(rate * (1 - rate) / n + (z / (2 * n)) ** 2)
    scale = 1 + z * z / n
    low = (centre - spread) / scale if sample.successes else 0.0
    high = (centre + spread) / scale if sample.successes < n else 1.0
    return Interval(low, rate, high)


def about(sample: Sample, quantile: float) -> Interval:
    """The mean and `quantile` standard errors on either side. Needs one unit."""
    spread = quantile * sqrt(sample.variance / sample.n)
    return Interval(sample.mean - spread, sample.mean, sample.mean + spread)


def welch_df(treatment: Mean, control: Mean) -> float:
    """The degrees of freedom of Welch and Satterthwaite; of arms without any variance the fewer units less one."""
    ours, theirs = treatment.variance / treatment.n, control.variance / control.n
    if ours + theirs == 0:
        return min(treatment.n, control.n) - 1
    share = ours / (ours + theirs)
    return 1 / (share**2 / (treatment.n - 1) + (1 - share) ** 2 / (control.n - 1))
