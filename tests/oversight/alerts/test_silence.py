"""When a workflow counts as silent: by its own habit, however often that is, and never before it has one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.oversight.alerts.silence import FEWEST, LEARNT, silent_from, usual

HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def hours(*, days, at, weekdays=range(7), without=()):
    """The hours of so many days on which it runs."""
    found = [MONDAY + timedelta(days=day, hours=hour) for day in range(days) for hour in at]
    return [one for one in found if one.weekday() in weekdays and (one - MONDAY).days not in without]


@pytest.mark.parametrize(
    ("ran", "habit"),
    [
        (hours(days=20, at=range(24)), HOUR),
        (hours(days=20, at=[3]), timedelta(days=1)),
        (hours(days=33, at=[8], weekdays=[0]), timedelta(days=7)),
        (hours(days=19, at=range(9, 18), weekdays=range(5)), timedelta(hours=64)),
        (hours(days=20, at=range(24), without=[5, 6, 7]), HOUR),
        (hours(days=3, at=range(24)), None),
        (hours(days=5, at=range(24), without=[1, 2, 3]), None),
        (hours(days=10, at=[3], without=range(2, 7)), None),
        ([], None),
    ],
    ids=["hourly", "nightly", "weekly", "office hours", "an outage is no habit", "too young", "too few days",
         "no rhythm yet", "never ran"],
)  # fmt: skip
def test_the_habit_is_the_longest_that_usually_passes(ran, habit):
    assert usual(ran) == habit


@given(st.sets(st.integers(0, 34 * 24), min_size=0, max_size=200))
def test_what_it_did_before_is_never_silence(ran):
    """Had it been watched all the time with the habit it has now, one silence at most would have been told."""
    at = [MONDAY + HOUR * one for one in sorted(ran)]
    habit = usual(at)
    if habit is None:
        assert len(at) < FEWEST or at[-1] - at[0] < max(LEARNT, 3 * max(b - a for a, b in pairwise(at)))
    else:
        late = [b for a, b in pairwise(at) if b > silent_from(a, habit)]
        assert len(late) <= 1
