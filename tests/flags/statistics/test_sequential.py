"""The interval for one who looks again and again: GrowthBook's figures, false alarms, and what it finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.statistics.comparing import Why, Withheld
from studio.flags.statistics.intervals import fixed_horizon
from studio.flags.statistics.samples import Mean, Proportion
from studio.flags.statistics.sequential import anytime

LOOKS = 1000


# What gbstats 0.8.0 (GrowthBook's engine, MIT) says of the same arms: SequentialTwoSidedTTest, absolute.
@pytest.mark.parametrize(
    ("treatment", "control", "alpha", "tightest_at", "limits"),
    [
        (Proportion(510, 70), Proportion(500, 50), 0.05, 5000, (-0.03093937387467413, 0.10544917779624277)),
        (Proportion(20100, 470), Proportion(20000, 400), 0.05, 5000, (-0.0012900976853064154, 0.00805626683953527)),
        (Proportion(90, 30), Proportion(120, 60), 0.01, 800, (-0.42007575056836866, 0.08674241723503529)),
        (Mean(1100, 6010.25, 70321.5), Mean(1000, 5230.5, 61234.25), 0.05, 5000, (-0.5599628880, 1.0266901607)),
        (Mean(71, 40.5, 1200.25), Mean(64, -120.0, 900.5), 0.1, 5000, (-1.1874155899795076, 6.078260660402043)),
    ],
)
def test_growthbook_s_figures(treatment, control, alpha, tightest_at, limits):
    ours = anytime(treatment, control, alpha=alpha, tightest_at=tightest_at).absolute
    assert (ours.low, ours.high) == pytest.approx(limits, abs=1e-9)


@given(st.integers(50, 10**6), st.integers(50, 10**6), st.sampled_from([0.001, 0.05, 0.2]))
def test_it_is_wider_than_one_look_allows(ours, theirs, alpha):
    pair = Mean(ours, ours, 2 * ours), Mean(theirs, theirs, 2 * theirs)
    always, once = (look(*pair, alpha=alpha).absolute for look in (anytime, fixed_horizon))
    assert always.low < once.low <= once.high < always.high


def test_arms_that_cannot_be_compared():
    assert anytime(Proportion(49, 3), Proportion(90, 4)) == Withheld(Why.TOO_FEW_UNITS, 49, 50)
    with pytest.raises(ValueError, match="cannot be compared"):
        anytime(Proportion(60, 3), Mean(60, 3, 3))


def looks(generator, ours, theirs, units):
    """Successes of each arm at 1,000 looks, with `units` more an arm at each."""
    return zip(
        np.cumsum(generator.binomial(units, ours, LOOKS)).tolist(),
        np.cumsum(generator.binomial(units, theirs, LOOKS)).tolist(),
        range(units, LOOKS * units + 1, units),
        strict=True,
    )


def first_alarm(generator, ours, theirs, *, units=10, comparing=anytime):
    """The units of an arm at the first look that sees a difference; None where no look does."""
    for more, fewer, n in looks(generator, ours, theirs, units):
        if n >= 50 and 0 not in comparing(Proportion(n, more), Proportion(n, fewer)).absolute:
            return n
    return None


def alarms(rollouts, rate, comparing=anytime):
    generator = np.random.default_rng(11)
    found = (first_alarm(generator, rate, rate, comparing=comparing) is not None for _ in range(rollouts))
    return sum(found) / rollouts


def test_false_alarms_over_a_thousand_looks():
    """40 rollouts without any difference, seed 11: the same looks at Newcombe's interval call every third wrong."""
    assert alarms(40, 0.3) <= 0.05
    assert alarms(40, 0.3, fixed_horizon) > 0.2


# Ten seconds: the bound is about 400 rollouts of 1,000 looks each.
@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.02, 0.3])
def test_false_alarms_over_a_thousand_looks_stay_below_alpha(rate):
    """400 rollouts of 10,000 units an arm without any difference, seed 11: at most 5 %, and two standard errors."""
    assert alarms(400, rate) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


def test_a_regression_is_found():
    """Errors at 5 % beside 2 %, 100 rollouts, seed 13: seen in all, in 95 of them by 1,800 units an arm."""
    generator = np.random.default_rng(13)
    found = [first_alarm(generator, 0.05, 0.02) for _ in range(100)]
    assert None not in found
    assert sorted(found)[94] <= 1800
