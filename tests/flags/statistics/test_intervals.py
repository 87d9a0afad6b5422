"""The fixed-horizon interval: beside scipy, beside its definition, and how often it covers what is true."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from studio.flags.statistics.comparing import Comparison, Interval, Why, Withheld
from studio.flags.statistics.intervals import fixed_horizon, welch_df, wilson
from studio.flags.statistics.samples import Mean, Proportion

alphas = st.sampled_from([0.001, 0.01, 0.05, 0.1, 0.2])
proportions = st.integers(50, 5000).flatmap(lambda n: st.builds(Proportion, st.just(n), st.integers(0, n)))
arms = st.lists(st.integers(-400, 4000).map(lambda quarters: quarters / 4), min_size=50, max_size=80)


def mean(values):
    return Mean(len(values), sum(values), sum(one * one for one in values))


@settings(max_examples=40)
@given(proportions, alphas)
def test_wilson_s_limits(sample, alpha):
    theirs = stats.binomtest(sample.successes, sample.n).proportion_ci(1 - alpha, method="wilson")
    ours = wilson(sample, stats.norm.ppf(1 - alpha / 2))
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=1e-12)


@settings(max_examples=40)
@given(proportions, proportions, alphas)
def test_the_difference_of_rates_is_newcombe_s(treatment, control, alpha):
    low1, high1 = stats.binomtest(treatment.successes, treatment.n).proportion_ci(1 - alpha, method="wilson")
    low2, high2 = stats.binomtest(control.successes, control.n).proportion_ci(1 - alpha, method="wilson")
    ours = fixed_horizon(treatment, control, alpha=alpha).absolute
    difference = treatment.mean - control.mean
    below = ((treatment.mean - low1) ** 2 + (high2 - control.mean) ** 2) ** 0.5
    above = ((high1 - treatment.mean) ** 2 + (control.mean - low2) ** 2) ** 0.5
    assert ours.estimate == difference
    assert (ours.low, ours.high) == pytest.approx((difference - below, difference + above), rel=1e-9, abs=1e-9)


def test_newcombe_s_published_example():
    """Newcombe 1998, table II (a), method 10: 56 of 70 and 48 of 80."""
    ours = fixed_horizon(Proportion(70, 56), Proportion(80, 48)).absolute
    assert (round(ours.low, 4), ours.estimate, round(ours.high, 4)) == (0.0524, pytest.approx(0.2), 0.3339)


@settings(max_examples=40)
@given(arms, arms, alphas)
def test_the_difference_of_means_is_welch_s(treatment, control, alpha):
    assume(len(set(treatment)) > 1 or len(set(control)) > 1)
    theirs = stats.ttest_ind(treatment, control, equal_var=False)
    limits = theirs.confidence_interval(1 - alpha)
    ours = fixed_horizon(mean(treatment), mean(control), alpha=alpha).absolute
    assert welch_df(mean(treatment), mean(control)) == pytest.approx(theirs.df, rel=1e-9)
    assert (ours.low, ours.high) == pytest.approx((limits.low, limits.high), rel=1e-9, abs=1e-9)


@settings(max_examples=40)
@given(
    st.one_of(st.tuples(proportions, proportions), st.tuples(arms.map(mean), arms.map(mean))),
    alphas,
)
def test_the_change_is_where_the_difference_would_vanish(pair, alpha):
    """Of the ratio r: control scaled by r, and the difference's interval just touches 0."""
    ours = fixed_horizon(*pair, alpha=alpha)
    assume(ours.relative is not None)
    assert ours.relative.low <= ours.relative.estimate <= ours.relative.high
    for sign in (-1, 1):
        limit = (ours.relative.high if sign > 0 else ours.relative.low) + 1
        assert touches(pair, alpha, limit, sign)
    # Both intervals say the same, but for the last digits where one of them ends at no difference at all.
    if min(abs(ours.absolute.low), abs(ours.absolute.high)) > 1e-9:
        assert (0 in ours.absolute) == (0 in ours.relative)


def touches(pair, alpha, ratio, sign):
    treatment, control = (limits(one, pair, alpha) for one in pair)
    low, rate, high = (ratio * one for one in control)
    low, high = min(low, high), max(low, high)
    gap = treatment[1] - rate
    if sign < 0:
        spread = ((treatment[1] - treatment[0]) ** 2 + (high - rate) ** 2) ** 0.5
    else:
        spread = ((treatment[2] - treatment[1]) ** 2 + (rate - low) ** 2) ** 0.5
    return gap + sign * spread == pytest.approx(0, abs=1e-8 * max(1, abs(treatment[1]), abs(high), abs(low)))


def limits(sample, pair, alpha):
    if isinstance(sample, Proportion):
        low, high = stats.binomtest(sample.successes, sample.n).proportion_ci(1 - alpha, method="wilson")
        return low, sample.mean, high
    error = (sample.variance / sample.n) ** 0.5 * stats.t.ppf(1 - alpha / 2, welch_df(*pair))
    return sample.mean - error, sample.mean, sample.mean + error


def test_without_a_control_above_zero_there_is_no_change():
    ours = fixed_horizon(Proportion(60, 5), Proportion(60, 0))
    assert ours.relative is None
    assert ours.absolute.estimate == pytest.approx(5 / 60)
    assert fixed_horizon(Mean(60, 60, 120), Mean(60, -60, 120)).relative is None


def test_arms_without_any_variance():
    assert fixed_horizon(Mean(50, 100, 200), Mean(60, 60, 60)) == Comparison(Interval(1, 1, 1), Interval(1, 1, 1))


@pytest.mark.parametrize("pair", [(Proportion(49, 3), Proportion(90, 4)), (Mean(90, 1, 1), Mean(49, 1, 1))])
def test_too_few_units_say_so(pair):
    assert fixed_horizon(*pair) == Withheld(Why.TOO_FEW_UNITS, 49, 50)


def test_one_unit_is_never_enough():
    assert fixed_horizon(Proportion(1, 1), Proportion(1, 0), minimum=0) == Withheld(Why.TOO_FEW_UNITS, 1, 2)


def test_a_rate_is_not_compared_with_a_mean():
    with pytest.raises(ValueError, match="cannot be compared"):
        fixed_horizon(Proportion(60, 3), Mean(60, 3, 3))


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5])
def test_it_covers_what_is_true_as_often_as_it_says(rate):
    """1,000 experiments without any difference, seed 7: 95 % within three of their own standard errors."""
    drawn = np.random.default_rng(7)
    covered = 0
    for _ in range(1000):
        arms = (Proportion(400, int(drawn.binomial(400, rate))) for _ in range(2))
        match fixed_horizon(*arms):
            case Comparison(absolute=absolute):
                covered += 0 in absolute
    assert covered / 1000 >= 0.95 - 3 * (0.95 * 0.05 / 1000) ** 0.5
