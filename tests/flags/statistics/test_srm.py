"""Sample ratio mismatch beside scipy, and over many looks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from studio.flags.statistics.srm import Ratio, check_ratio, check_ratio_anytime

arms = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 1000)), min_size=2, max_size=8)


@settings(max_examples=50)
@given(arms.filter(lambda several: sum(count for count, _ in several) >= 100))
def test_the_p_value_is_pearson_s(several):
    counts, shares = zip(*several, strict=True)
    checked = check_ratio(counts, shares)
    expected = np.array(shares) * sum(counts) / sum(shares)
    theirs = stats.chisquare(counts, expected)
    assert checked.expected == pytest.approx(expected)
    assert checked.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert (checked.ratio is Ratio.MISMATCH) == (theirs.pvalue < 0.001)


@settings(max_examples=50)
@given(arms.filter(lambda several: sum(count for count, _ in several) >= 100))
def test_the_anytime_p_value_is_one_over_the_bayes_factor(several):
    counts, shares = zip(*several, strict=True)
    even = np.ones(len(counts))
    mixed = stats.dirichlet_multinomial(even, sum(counts)).logpmf(counts)
    fixed = stats.multinomial(sum(counts), np.array(shares) / sum(shares)).logpmf(counts)
    assert check_ratio_anytime(counts, shares).p_value == pytest.approx(np.exp(min(0, fixed - mixed)), rel=1e-6)


@pytest.mark.parametrize("check", [check_ratio, check_ratio_anytime])
def test_too_few_units_give_no_verdict(check):
    checked = check([90, 9], [1, 1])
    assert (checked.ratio, checked.p_value, checked.expected) == (Ratio.TOO_FEW, None, (49.5, 49.5))
    assert check([90, 10], [1, 1]).ratio is Ratio.MISMATCH
    assert check([0, 0], [1, 1], minimum=0).ratio is Ratio.TOO_FEW


@pytest.mark.parametrize("check", [check_ratio, check_ratio_anytime])
@pytest.mark.parametrize(
    ("counts", "shares"), [([5], [1]), ([5, 5], [1]), ([-1, 5], [1, 1]), ([5, 5], [1, 0]), ([], [])]
)
def test_arms_without_a_ratio(check, counts, shares):
    with pytest.raises(ValueError, match=r"ratio needs|An arm has"):
        check(counts, shares)


def ever(check, generator, ours, alpha):
    counts = np.cumsum(generator.multinomial(20, [ours, 1 - ours], 1000), axis=0).tolist()
    return any(check(pair, [1, 1], alpha=alpha).ratio is Ratio.MISMATCH for pair in counts)


def false_mismatches(check, rollouts):
    generator = np.random.default_rng(17)
    return sum(ever(check, generator, 0.5, 0.05) for _ in range(rollouts)) / rollouts


def test_over_a_thousand_looks():
    """30 rollouts of 20,000 units, seed 17, at 1 in 20: Pearson's test calls every third wrong."""
    assert false_mismatches(check_ratio_anytime, 30) <= 0.05
    assert false_mismatches(check_ratio, 30) > 0.2


# Five seconds: the bound is about 400 rollouts of 1,000 looks each.
@pytest.mark.slow
def test_false_mismatches_over_a_thousand_looks_stay_below_alpha():
    """400 rollouts of 20,000 units, seed 17: at most 5 %, and two standard errors."""
    assert false_mismatches(check_ratio_anytime, 400) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


def test_lost_exposures_are_found():
    """A tenth of one arm lost: seen within 20,000 units in each of 20 rollouts, seed 19, at 1 in 1,000."""
    generator = np.random.default_rng(19)
    assert all(ever(check_ratio_anytime, generator, 0.9 / 1.9, 0.001) for _ in range(20))
