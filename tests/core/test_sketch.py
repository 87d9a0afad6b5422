"""Buckets keep times to within one per cent, and percentiles are by nearest rank."""

from collections import Counter
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from studio.core import sketch

seconds = st.integers(0, 10 * 366 * 86_400)


@given(seconds)
def test_a_bucket_stands_for_its_times_within_one_per_cent(time):
    shown = sketch.time_of(sketch.bucket(time))
    assert abs(shown - time) <= time * 0.01 + 0.5
    assert shown == time or time > sketch.EXACT


@given(seconds, seconds)
def test_longer_times_never_lie_in_earlier_buckets(one, other):
    low, high = sorted((one, other))
    assert sketch.bucket(low) <= sketch.bucket(high)
    assert sketch.time_of(sketch.bucket(low)) <= sketch.time_of(sketch.bucket(high))


@given(st.lists(seconds, max_size=60), st.integers(1, 100))
def test_percentiles_are_those_of_the_sorted_list(times, part):
    [found] = sketch.percentiles(Counter(times), [part])
    rank = ceil(len(times) * part / 100)
    assert found == (sorted(times)[rank - 1] if times else None)
    rough = Counter({sketch.time_of(number): count for number, count in sketch.bucketed(Counter(times)).items()})
    [close] = sketch.percentiles(rough, [part])
    assert times == [] or abs(close - found) <= found * 0.01 + 0.5
