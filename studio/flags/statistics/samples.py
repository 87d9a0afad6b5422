"""What was counted of one arm: enough to compare it, and nothing about anybody in it."""

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite


@dataclass(frozen=True, slots=True)
class Proportion:
    """Units of which each did something or did not: a conversion, an error."""

    n: int
    """Units that were exposed, each counted once."""
    successes: int
    """Those of them that did it."""

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.n:
            raise ValueError(f"{self.successes} of {self.n} units is no proportion.")

    @property
    def mean(self) -> float:
        """The rate, 0 to 1; 0 without units."""
        return self.successes / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """The variance of one unit: p(1-p).

        Where nobody or everybody did it, p(1-p) is 0, as if nothing else could happen: there half a success and half a
        failure are added (the prior of Jeffreys), so that 0 of 60 beside 3 of 60 is not more than it is.
        """
        if not self.n:
            return 0.0
        rate = self.mean if 0 < self.successes < self.n else (self.successes + 0.5) / (self.n + 1)
        return rate * (1 - rate)


@dataclass(frozen=True, slots=True)
class Mean:
    """Units of which each has a value: revenue, milliseconds."""

    n: int
    """Units that were exposed, each counted once."""
    total: float
    """The sum of their values, in the metric's unit."""
    squares: float
    """The sum of the squares of their values."""

    def __post_init__(self) -> None:
        if self.n < 0 or not (isfinite(self.total) and isfinite(self.squares)) or self.squares < 0:
            raise ValueError(f"{self.n} units with the sum {self.total} and the squares {self.squares} are no sample.")
        if self.n == 0 and (self.total or self.squares):
            raise ValueError("No units have no sum.")
        # Sums that were rounded on their way may miss what no values can miss by a little.
        if self.n and self.squares * (1 + 1e-9) < self.total * self.total / self.n:
            raise ValueError(f"No {self.n} values have the sum {self.total} and the squares {self.squares}.")

    @property
    def mean(self) -> float:
        """The mean of a unit's values; 0 without units."""
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """The unbiased variance of a unit's values; 0 below two units.

        Worked out in fractions, since squares and sum are nearly equal where the mean is far from 0.
        """
        if self.n < 2:
            return 0.0
        about = Fraction(self.squares) - Fraction(self.total) ** 2 / self.n
        return max(0.0, float(about / (self.n - 1)))


Sample = Proportion | Mean
