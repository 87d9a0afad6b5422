"""Sample ratio mismatch: whether the arms have the sizes that they were given.

Arms that do not, lost units on the way (a crash before the exposure is counted, a redirect, a bot filter), and who was
lost is seldom a random choice: nothing that the arms say can be trusted then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, lgamma, log

from studio.flags.statistics.distributions import chi_square_survival

MINIMUM_UNITS = 100
"""Below so many units in all there is no verdict."""
ALPHA = 0.001
"""A mismatch is called where chance alone would do as much once in a thousand times."""


class Ratio(StrEnum):
    """What the sizes of the arms say."""

    TOO_FEW = "too_few"
    EXPECTED = "expected"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """The verdict, and what it rests on."""

    ratio: Ratio
    p_value: float | None
    """How often chance alone would do as much, 0 to 1; None where there are too few units."""
    expected: tuple[float, ...]
    """The units that each arm should have had."""


def check_ratio(
    counts: Sequence[int], shares: Sequence[float], *, minimum: int = MINIMUM_UNITS, alpha: float = ALPHA
) -> RatioCheck:
    """Pearson's chi-square of the units in each of two or more arms: for one look, at the end.

    `shares` are what each arm was given, positive, of any sum. Other shapes and signs are a ValueError.
    """
    expected = _expected(counts, shares)
    if sum(counts) < max(1, minimum):
        return RatioCheck(Ratio.TOO_FEW, None, expected)
    distance = sum((have - due) ** 2 / due for have, due in zip(counts, expected, strict=True))
    return _checked(chi_square_survival(distance, len(counts) - 1), expected, alpha)


def check_ratio_anytime(
    counts: Sequence[int], shares: Sequence[float], *, minimum: int = MINIMUM_UNITS, alpha: float = ALPHA
) -> RatioCheck:
    """The same for one who looks again and again: over all looks together a false mismatch has the probability `alpha`.

    The sequential multinomial test of Lindon and Malek, "Anytime-valid inference for multinomial count data" (NeurIPS
    2022), with a flat Dirichlet prior; the p-value is the inverse of the Bayes factor at this look.
    """
    expected = _expected(counts, shares)
    units = sum(counts)
    if units < max(1, minimum):
        return RatioCheck(Ratio.TOO_FEW, None, expected)
    evidence = lgamma(len(counts)) - lgamma(len(counts) + units)
    for have, due in zip(counts, expected, strict=True):
        evidence += lgamma(1 + have) - have * log(due / units)
    return _checked(exp(min(0.0, -evidence)), expected, alpha)


def _expected(counts: Sequence[int], shares: Sequence[float]) -> tuple[float, ...]:
    if len(counts) != len(shares) or len(counts) < 2:
        raise ValueError("A ratio needs two or more arms, and the share of each.")
    if min(counts) < 0 or min(shares) <= 0:
        raise ValueError("An arm has 0 or more units, and a share above 0.")
    units, whole = sum(counts), sum(shares)
    return tuple(units * share / whole for share in shares)


def _checked(p_value: float, expected: tuple[float, ...], alpha: float) -> RatioCheck:
    return RatioCheck(Ratio.MISMATCH if p_value < alpha else Ratio.EXPECTED, p_value, expected)
