"""From the limits of two arms to the limits of their difference and of their ratio.

The method of variance estimates recovery (Donner and Zou, 2012, "Closed-form confidence intervals for functions of the
normal mean and standard deviation", and Newcombe 1998, method 10). Of limits that lie mean ± q·se it gives exactly the
usual interval of a difference and Fieller's interval of a ratio. Both say the same: the difference's interval has 0 in
it whenever the ratio's has 1.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt

MINIMUM_UNITS = 50
"""Below so many units an arm, a comparison is withheld."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its limits, low ≤ estimate ≤ high."""

    low: float
    estimate: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Comparison:
    """Treatment less control."""

    absolute: Interval
    """Of the means, in the metric's unit; of rates, in parts of 1 (0.01 is one percentage point)."""
    relative: Interval | None
    """By how much of the control's mean it differs (0.1 is 10 % more). None where that mean cannot be told from 0."""


class Why(StrEnum):
    """Why nothing is said."""

    TOO_FEW_UNITS = "too_few_units"


@dataclass(frozen=True, slots=True)
class Withheld:
    """No comparison, and why."""

    why: Why
    have: int
    """Units of the smaller arm."""
    need: int
    """Units that each arm has to have."""

    @classmethod
    def nothing(cls, need: int = MINIMUM_UNITS) -> "Withheld":
        """What is said of a metric of which nothing was counted."""
        return cls(Why.TOO_FEW_UNITS, 0, need)


def too_few(treatment: int, control: int, minimum: int) -> Withheld | None:
    """What is said instead of a comparison of arms of which one has fewer units than `minimum` (at least 2)."""
    need, have = max(2, minimum), min(treatment, control)
    return Withheld(Why.TOO_FEW_UNITS, have, need) if have < need else None


def compared(treatment: Interval, control: Interval) -> Comparison:
    """The comparison of two means of which each has limits of the same confidence."""
    return Comparison(difference(treatment, control), _change(treatment, control))


def scaled(limits: Interval, by: float) -> Interval:
    """The limits of `by` times what these are the limits of; `by` is 0 or more."""
    return Interval(limits.low * by, limits.estimate * by, limits.high * by)


def difference(ours: Interval, theirs: Interval) -> Interval:
    """The limits of the first mean less the second."""
    estimate = ours.estimate - theirs.estimate
    below = hypot(ours.estimate - ours.low, theirs.high - theirs.estimate)
    above = hypot(ours.high - ours.estimate, theirs.estimate - theirs.low)
    return Interval(estimate - below, estimate, estimate + above)


def _change(ours: Interval, theirs: Interval) -> Interval | None:
    """The ratio less 1: the roots of the two quadratics at which the difference's limits would be 0."""
    if theirs.low <= 0:
        return None
    product = ours.estimate * theirs.estimate
    low = _root(
        product, theirs.high * (2 * theirs.estimate - theirs.high), ours.low * (2 * ours.estimate - ours.low), -1
    )
    high = _root(
        product, theirs.low * (2 * theirs.estimate - theirs.low), ours.high * (2 * ours.estimate - ours.high), 1
    )
    return Interval(low - 1, ours.estimate / theirs.estimate - 1, high - 1)


def _root(product: float, square: float, constant: float, side: int) -> float:
    """The lower (-1) or upper (1) root of square·x² - 2·product·x + constant, in the form that loses no digits."""
    spread = side * sqrt(max(0.0, product * product - square * constant))
    if product * side >= 0 and square:
        return (product + spread) / square
    return constant / (product - spread) if product != spread else 0.0
