"""The rate's arithmetic, over every stream that Hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.flow.gcra import Rate, next_slot

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAUSES = st.lists(st.floats(0, 200, allow_nan=False), min_size=1, max_size=60)
LIMITS = st.integers(1, 50)
PERIODS = st.floats(0.01, 86_400, allow_nan=False)


def slots(rate: Rate, pauses: list[float]) -> list[tuple[datetime, datetime]]:
    """(asked, given) for askers that come after one another."""
    now, tat, found = START, None, []
    for pause in pauses:
        now += timedelta(seconds=pause)
        slot = next_slot(rate, tat, now)
        tat = slot.tat
        found.append((now, slot.at))
    return found


def most_within(moments: list[datetime], per_s: float) -> int:
    period = timedelta(seconds=per_s)
    return max(sum(first <= moment < first + period for moment in moments) for first in moments)


@given(LIMITS, PERIODS, PAUSES)
def test_no_period_ever_holds_more_than_the_limit(limit, per_s, pauses):
    given_ = [at for _, at in slots(Rate(limit, per_s), pauses)]
    assert most_within(given_, per_s) <= limit


@given(LIMITS, st.integers(1, 20), PERIODS, PAUSES)
def test_a_burst_comes_on_top_and_no_more(limit, burst, per_s, pauses):
    given_ = [at for _, at in slots(Rate(limit, per_s, burst), pauses)]
    assert most_within(given_, per_s) <= limit + burst - 1


@given(LIMITS, st.integers(1, 20), PERIODS, PAUSES)
def test_nobody_begins_before_asking_or_before_who_asked_earlier(limit, burst, per_s, pauses):
    found = slots(Rate(limit, per_s, burst), pauses)
    assert all(asked <= at for asked, at in found)
    assert [at for _, at in found] == sorted(at for _, at in found)


@given(LIMITS, PERIODS, PAUSES)
def test_nobody_waits_longer_than_the_rate_asks_for(limit, per_s, pauses):
    """The slot before it and one interval: an unused moment is not lost to the next."""
    rate = Rate(limit, per_s)
    found = slots(rate, pauses)
    for (_, before), (asked, at) in pairwise(found):
        assert at == max(asked, before + rate.interval)


@given(LIMITS, st.integers(1, 20), PERIODS)
def test_after_a_long_pause_a_whole_burst_comes_at_once(limit, burst, per_s):
    rate, tat, now = Rate(limit, per_s, burst), None, START
    for _ in range(3):
        now += (burst + 1) * rate.interval
        for _ in range(burst):
            slot = next_slot(rate, tat, now)
            tat = slot.tat
            assert slot.at == now
        assert next_slot(rate, tat, now).at > now


@pytest.mark.parametrize(("limit", "per_s", "burst"), [(0, 1, 1), (1, 0, 1), (1, -1, 1), (1, 1, 0)])
def test_a_rate_that_lets_nothing_through_is_none(limit, per_s, burst):
    with pytest.raises(ValueError, match="at least 1"):
        Rate(limit, per_s, burst)
