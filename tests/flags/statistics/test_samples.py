"""What counts and sums say of one arm, and which ones cannot be."""

from statistics import fmean, pvariance, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.flags.statistics.samples import Mean, Proportion

values = st.lists(st.integers(-10_000, 10_000).map(lambda cents: cents / 4), min_size=2, max_size=60)


@given(values)
def test_sums_say_mean_and_variance(several):
    sample = Mean(len(several), sum(several), sum(one * one for one in several))
    assert sample.mean == pytest.approx(fmean(several), rel=1e-12, abs=1e-9)
    assert sample.variance == pytest.approx(variance(several), rel=1e-9, abs=1e-9)


def test_a_variance_far_from_zero_keeps_its_digits():
    several = [1e7 + one for one in (1, 2, 3, 4)]
    assert Mean(4, sum(several), sum(one * one for one in several)).variance == variance(several)


@given(st.lists(st.booleans(), min_size=1, max_size=60).filter(lambda several: len(set(several)) == 2))
def test_counts_say_rate_and_variance(several):
    sample = Proportion(len(several), sum(several))
    assert (sample.mean, sample.variance) == pytest.approx((fmean(several), pvariance(several)))


@given(st.integers(1, 10_000), st.booleans())
def test_nobody_and_everybody_leave_some_doubt(n, everybody):
    sample = Proportion(n, n if everybody else 0)
    assert 0 < sample.variance <= 0.25
    assert sample.variance < Proportion(n + 1, n + 1 if everybody else 0).variance * 2


def test_nobody_there():
    assert (Proportion(0, 0).mean, Proportion(0, 0).variance) == (0, 0)
    assert (Mean(0, 0, 0).mean, Mean(0, 0, 0).variance, Mean(1, 3, 9).variance) == (0, 0, 0)


@pytest.mark.parametrize(("n", "successes"), [(-1, 0), (5, 6), (5, -1)])
def test_no_proportion(n, successes):
    with pytest.raises(ValueError, match="no proportion"):
        Proportion(n, successes)


@pytest.mark.parametrize(
    "sums",
    [(-1, 0, 0), (2, float("nan"), 1), (2, 1, float("inf")), (2, 0, -1), (0, 1, 1), (2, 10, 49), (2, 1e200, 1e300)],
)
def test_no_values_have_these_sums(sums):
    with pytest.raises(ValueError, match=r"no sample|have no sum|have the sum"):
        Mean(*sums)
