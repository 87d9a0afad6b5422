"""What a wall clock's reading means, over every zone and every jump of its clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.approvals.wall_clock import Unclear, day_end, moment

naive = datetime.fromisoformat
FIRST, LAST = naive("2020-01-01"), naive("2040-01-01")
BERLIN = ZoneInfo("Europe/Berlin")
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
READINGS = st.datetimes(FIRST, LAST).map(lambda at: at.replace(second=0, microsecond=0))


@given(READINGS, ZONES)
def test_a_moment_shows_what_was_read(reading, zone):
    found = moment(reading, ZoneInfo(zone), EARLY)
    if found is not Unclear.SKIPPED:
        assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == reading


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)), ZONES)
def test_whatever_a_clock_shows_can_be_chosen(now, zone):
    reading = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    assert moment(reading, ZoneInfo(zone), EARLY) is not Unclear.SKIPPED


def test_the_hour_that_is_left_out_is_no_moment():
    assert moment(naive("2027-03-28T02:30"), BERLIN, EARLY) is Unclear.SKIPPED


def test_the_hour_that_comes_twice_is_the_next_of_the_two():
    reading = naive("2026-10-25T02:30")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert moment(reading, BERLIN, EARLY) == first
    assert moment(reading, BERLIN, first) == second
    assert moment(reading, BERLIN, second + timedelta(days=1)) == first


@pytest.mark.parametrize("reading", [naive("0001-01-01T00:00"), naive("9999-12-31T23:59")])
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/New_York"])
def test_the_ends_of_the_calendar_are_out_of_reach(reading, zone):
    found = moment(reading, ZoneInfo(zone), EARLY)
    assert found is Unclear.OUT_OF_REACH or isinstance(found, datetime)


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)), ZONES)
def test_a_day_ends_at_its_own_midnight(now, zone):
    end = day_end(now, zone)
    assert timedelta() < end - now <= timedelta(hours=25)
    assert (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() == now.astimezone(ZoneInfo(zone)).date()
