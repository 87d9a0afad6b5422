"""What many measurements amount to."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import percentile, ratio, summary

values = st.lists(st.floats(-1e9, 1e9), min_size=1)
shares = st.floats(0, 1)


@given(values, shares)
def test_a_percentile_is_one_of_the_values_and_bounds_its_share(found, share):
    at = percentile(found, share)
    assert at in found
    assert sum(value <= at for value in found) >= share * len(found)


@given(values, shares)
def test_it_is_the_smallest_such_value(found, share):
    at = percentile(found, share)
    smaller = [value for value in found if value < at]
    assert not smaller or sum(value <= max(smaller) for value in found) < share * len(found)


@given(values, shares, shares)
def test_percentiles_grow_with_their_share(found, one, other):
    low, high = sorted((one, other))
    assert percentile(found, low) <= percentile(found, high)


def test_of_nothing_it_is_nothing():
    assert percentile([], 0.99) == 0


@given(st.lists(st.fixed_dictionaries({"p50_ms": st.floats(0, 1e6), "lost": st.integers(0, 9)}), min_size=1))
def test_rounds_amount_to_medians_and_losses_are_added_up(rounds):
    found = summary(rounds)
    assert set(found) == {"p50_ms", "lost"}
    assert found["p50_ms"] == statistics.median(one["p50_ms"] for one in rounds)
    assert found["lost"] == sum(one["lost"] for one in rounds)


def test_a_metric_that_a_round_lacks_is_that_of_the_others():
    assert summary([{"p50_ms": 1}, {"p50_ms": 3, "p99_ms": 9}]) == {"p50_ms": 2, "p99_ms": 9}


@pytest.mark.parametrize(("new", "old", "expected"), [(3, 2, 1.5), (0, 2, 0), (1, 0, None), (0, 0, None)])
def test_a_ratio_needs_something_to_compare_with(new, old, expected):
    assert ratio(new, old) == expected
