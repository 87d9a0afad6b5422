"""On call: one person at each moment, in turns that keep their time of day, and overrides win."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.approvals.schedules.rotation import Override, Rotation, on_call, timeline
from tests.approvals.clock.strategies import minutes, moments, zones

ANNA, BEN, CARL, DORA = (UUID(int=n) for n in range(1, 5))
BERLIN = ZoneInfo("Europe/Berlin")
WEEKLY = Rotation(BERLIN, (ANNA, BEN, CARL), datetime(2026, 3, 23, 9), 7)  # noqa: DTZ001 - a wall clock has no zone

rotations = st.builds(
    Rotation,
    zones,
    st.lists(st.sampled_from([ANNA, BEN, CARL]), min_size=1, max_size=4).map(tuple),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - the same
    st.integers(1, 28),
)
overrides = st.lists(st.builds(lambda a, long: Override(a, a + abs(long), DORA), moments, minutes), max_size=3)


@settings(max_examples=60)
@given(rotations, overrides, moments)
def test_there_is_exactly_one_and_an_override_wins(rotation, exceptions, at):
    person = on_call(rotation, exceptions, at)
    covered = any(one.start <= at < one.end for one in exceptions)
    assert (person == DORA) == covered
    assert covered or person in rotation.people


@settings(max_examples=60)
@given(rotations, moments)
def test_a_moment_lies_in_its_turn(rotation, at):
    turn = rotation.turn(at)
    assert rotation.handover(turn) <= at < rotation.handover(turn + 1)


@settings(max_examples=60)
@given(rotations, overrides, moments, minutes, st.integers(0, 999))
def test_the_timeline_says_what_each_moment_says(rotation, exceptions, start, long, part):
    end = start + abs(long) + timedelta(minutes=1)
    shifts = timeline(rotation, exceptions, start, end)
    assert (shifts[0].start, shifts[-1].end) == (start, end)
    assert all(one.end == two.start for one, two in pairwise(shifts))
    at = start + (end - start) * part // 1000
    (shift,) = (one for one in shifts if one.start <= at < one.end)
    assert shift.person == on_call(rotation, exceptions, at)


def test_turns_are_handed_over_at_nine_on_either_side_of_the_change_of_clocks():
    before, after = WEEKLY.handover(0), WEEKLY.handover(1)
    assert (before, after) == (datetime(2026, 3, 23, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC))
    assert on_call(WEEKLY, (), after - timedelta(seconds=1)) == ANNA
    assert on_call(WEEKLY, (), after) == BEN
    assert on_call(WEEKLY, (), before - timedelta(seconds=1)) == CARL


def test_a_handover_in_the_missing_hour_is_at_the_jump_and_one_in_the_repeated_hour_is_its_first():
    nightly = Rotation(BERLIN, (ANNA, BEN), datetime(2026, 3, 28, 2, 30), 1)  # noqa: DTZ001 - the same
    assert nightly.handover(1) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    autumn = (datetime(2026, 10, 25) - datetime(2026, 3, 28)).days  # noqa: DTZ001 - the same
    assert nightly.handover(autumn) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
