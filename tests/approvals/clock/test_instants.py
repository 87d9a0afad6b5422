"""Wall clock and points in time: there and back, whatever clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.clock.instants import moment, wall
from tests.approvals.clock.strategies import minutes, moments, zones

BERLIN = ZoneInfo("Europe/Berlin")
seconds = st.integers(0, 3599).map(lambda n: timedelta(seconds=n))


@pytest.mark.parametrize(
    ("zone", "wall_time", "utc"),
    [
        ("Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59"),
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),  # the missing hour: the jump
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),  # the repeated hour: its first coming
        ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30"),  # half an hour is skipped
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # a day is skipped
    ],
)
def test_a_wall_time_is_one_moment(zone, wall_time, utc):
    found = moment(ZoneInfo(zone), datetime.fromisoformat(wall_time))
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_the_wall_clock_stands_still_while_an_hour_repeats():
    first = datetime(2026, 10, 25, 0, 59, tzinfo=UTC)
    shown = [wall(BERLIN, first + timedelta(minutes=n)).time().isoformat("minutes") for n in (0, 1, 31, 60, 61, 62)]
    assert shown == ["02:59", "03:00", "03:00", "03:00", "03:00", "03:01"]


@given(zones, moments, minutes, seconds)
def test_a_moment_has_come_exactly_when_the_wall_clock_has(zone, at, apart, second):
    at += second
    wall_time = at.astimezone(zone).replace(tzinfo=None) + apart
    assert (moment(zone, wall_time) <= at) == (wall_time <= wall(zone, at))


@given(zones, moments, minutes)
def test_both_ways_are_monotone(zone, at, apart):
    later = at + abs(apart)
    assert wall(zone, at) <= wall(zone, later)
    local = at.astimezone(zone).replace(tzinfo=None)
    assert moment(zone, local) <= moment(zone, local + abs(apart))
