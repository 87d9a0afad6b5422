"""How a deadline was counted: kept whole, counted anew by any calendar, and after a pause by what was left."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.clock import arithmetic
from studio.approvals.clock.arithmetic import BeyondHorizonError
from studio.approvals.clock.counted import Counted, Reminder, from_json, to_json
from studio.approvals.clock.delays import Unit
from tests.approvals.clock.strategies import calendars, moments

OFFICE = UUID(int=7)
REMINDERS = st.none() | st.builds(Reminder, st.integers(1, 9), st.sampled_from(Unit), st.none() | st.just(OFFICE))
COUNTED = st.builds(
    Counted,
    moments,
    st.integers(1, 40),
    st.sampled_from([Unit.WORKING_HOURS.value, Unit.WORKING_DAYS.value]),
    REMINDERS,
)


@given(COUNTED)
def test_it_is_kept_whole(counted):
    assert from_json(to_json(counted)) == counted


@given(COUNTED, calendars(), calendars())
def test_an_edited_calendar_counts_as_if_it_had_from_the_first(counted, before, after):
    try:
        first, then = counted.due(before), counted.due(after)
    except BeyondHorizonError:
        return
    assert first >= counted.start
    assert then >= counted.start
    assert from_json(to_json(counted)).due(after) == then
    if counted.unit == Unit.WORKING_HOURS:
        assert arithmetic.working_between(after, counted.start, then) == timedelta(hours=counted.amount)


@given(COUNTED, calendars(), moments, st.integers(1, 100_000))
def test_after_a_pause_what_was_left_counts_from_its_end(counted, calendar, now, seconds):
    left = timedelta(seconds=seconds)
    again = counted.paused(now, left)
    assert (from_json(to_json(again)), again.remind) == (again, counted.remind)
    try:
        assert again.due(calendar) == arithmetic.add_working(calendar, now, left)
    except BeyondHorizonError:
        return
