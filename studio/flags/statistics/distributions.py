"""The three distributions that the tests need: normal, Student's t and chi-square.

Each is within a relative error of 1e-9 of scipy's over the ranges that its function names.
"""

from math import erfc, exp, lgamma, log, log1p, pi, sqrt
from statistics import NormalDist

_NORMAL = NormalDist()
_LARGE = 1000.0
"""From so many degrees of freedom on, the expansion about the normal quantile is exact enough."""
_ROUNDS = 200


def normal_quantile(p: float) -> float:
    """The value that a standard normal variable stays below with the probability `p` (0 < p < 1).

    Wichura's AS 241, as in the standard library: about 16 digits.
    """
    return _NORMAL.inv_cdf(p)


def student_t_quantile(p: float, df: float) -> float:
    """The value that Student's t with `df` degrees of freedom (any real number ≥ 1) stays below; 1e-6 ≤ p ≤ 1 - 1e-6.

    Up to 1,000 degrees by Newton's method, kept within a bracket, on the incomplete beta function; above that by the
    expansion of Abramowitz and Stegun 26.7.5, whose next term is below 1e-11 there.
    """
    if df < 1 or not 0 < p < 1:
        raise ValueError(f"There is no quantile {p} of Student's t with {df} degrees of freedom.")
    if p == 0.5:
        return 0.0
    if p < 0.5:
        return -_upper_t(p, df)
    return _upper_t(1 - p, df)


def student_t_survival(t: float, df: float) -> float:
    """The probability that Student's t with `df` degrees of freedom lies above `t`."""
    tail = 0.5 * _regularized_beta(df / (df + t * t), t * t / (df + t * t), df / 2, 0.5)
    return tail if t >= 0 else 1 - tail


def chi_square_survival(x: float, df: int) -> float:
    """The probability that a chi-square variable with `df` degrees of freedom (1, 2, …) lies above `x` ≥ 0.

    The finite sums of Abramowitz and Stegun 26.4.4 and 26.4.5: exact but for rounding.
    """
    if df < 1 or x < 0:
        raise ValueError(f"There is no chi-square value {x} with {df} degrees of freedom.")
    half = x / 2
    odd = df % 2
    total, term = (erfc(sqrt(half)), exp(-half) * sqrt(half) / (sqrt(pi) / 2)) if odd else (0.0, exp(-half))
    for step in range((df - odd) // 2):
        total += term
        term *= half / (step + (1.5 if odd else 1))
    return total


def _upper_t(tail: float, df: float) -> float:
    """The positive t above which `tail` (< 0.5) of the distribution lies."""
    near = _expansion(-normal_quantile(tail), df)
    return near if df >= _LARGE else _newton(tail, df, near)


def _expansion(z: float, df: float) -> float:
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / df**power for power, term in enumerate(terms))


def _newton(tail: float, df: float, near: float) -> float:
    low, high = 0.0, max(near, 1.0)
    while student_t_survival(high, df) > tail:
        low, high = high, 2 * high
    t = min(max(near, low), high)
    for _ in range(_ROUNDS):
        over = student_t_survival(t, df) - tail
        low, high = (t, high) if over > 0 else (low, t)
        better = t + over / _density(t, df)
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - t) <= 1e-14 * better:
            return better
        t = better
    return t


def _density(t: float, df: float) -> float:
    scale = lgamma((df + 1) / 2) - lgamma(df / 2) - 0.5 * log(df * pi)
    return exp(scale - (df + 1) / 2 * log1p(t * t / df))


def _regularized_beta(x: float, rest: float, a: float, b: float) -> float:
    """I_x(a, b), by the continued fraction of Abramowitz and Stegun 26.5.8 on the side where it converges fast.

    `rest` is 1 - x, which near x = 1 only its caller knows with all its digits.
    """
    if x <= 0 or rest <= 0:
        return float(rest <= 0)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(rest))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(rest, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    """By the method of Lentz, as Thompson and Barnett changed it (1986)."""
    tiny = 1e-300
    ratio_c, ratio_d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    value = ratio_d
    for m in range(1, 1000):
        before = value
        for factor in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            ratio_d = 1 / (1 + factor * ratio_d or tiny)
            ratio_c = 1 + factor / ratio_c or tiny
            value *= ratio_c * ratio_d
        if abs(value - before) <= 1e-15 * abs(value):
            return value
    return value
