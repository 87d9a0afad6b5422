"""Days of a workspace follow one another without a gap, whatever zones it has had, and never change once they began."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runtime.insights.days import EVER, Days, Since, begin, changed, of
from studio.runtime.insights.grains import Period

ZONES = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
FROM = datetime(2020, 1, 1, tzinfo=UTC)
SECONDS = 8 * 365 * 86_400
LA = "America/Los_Angeles"

zone = st.sampled_from(ZONES)
moment = st.integers(0, SECONDS).map(lambda second: FROM + timedelta(seconds=second))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@given(moment, zone)
def test_a_moment_lies_in_the_day_of_its_date(when, name):
    day = of(when, name)
    assert day.starts_at <= when < day.ends_at
    assert day.date == when.astimezone(ZoneInfo(name)).date()
    assert day.starts_at.astimezone(ZoneInfo(name)).date() == day.date
    assert (day.ends_at - timedelta(seconds=1)).astimezone(ZoneInfo(name)).date() == day.date
    assert timedelta(hours=22) < day.ends_at - day.starts_at < timedelta(hours=26)


@given(
    zone,
    st.lists(st.tuples(st.integers(1, 40 * 86_400), zone), max_size=6),
    st.lists(st.integers(0, 120 * 86_400), min_size=1, max_size=30),
    moment,
)
def test_whatever_zones_there_were_each_run_counts_once_in_the_day_that_holds_it(first, changes, runs, begun):
    """Runs are counted at once or, while counting is behind, after later changes: it is the same day."""
    known, now, history = [Since(EVER, first)], begun, []
    for after, wanted in changes:
        history.append((now, known))
        now += timedelta(seconds=after)
        known = changed(known, wanted, now)
        assert all(one.since <= later.since for one, later in pairwise(known))
    history.append((now, known))
    end = begun + timedelta(days=250)
    days, counted = Days(known), Counter()
    for second in runs:
        began = begun + timedelta(seconds=second)
        day = days.at(began)
        assert day.starts_at <= began < day.ends_at
        assert day.date == began.astimezone(ZoneInfo(day.zone)).date()
        for since, zones in history:
            if since > began:
                assert Days(zones).at(began).starts_at == day.starts_at
        counted[day.starts_at] += 1
    shown = days.back(end, 260)
    assert all(one.ends_at == later.starts_at for one, later in pairwise(shown))
    assert shown[-1].starts_at <= end < shown[-1].ends_at
    assert all(one.whole for one, later in pairwise(shown) if one.zone == later.zone)
    assert sum(counted[one.starts_at] for one in shown) == len(runs)


@given(moment, zone, st.sampled_from([7, 30, 90]))
def test_as_many_days_as_were_asked_for(now, name, count):
    shown = Days([Since(EVER, name)]).back(now, count)
    assert len(shown) == count
    assert [one.date for one in shown] == [shown[-1].date - timedelta(days=back) for back in range(count - 1, -1, -1)]


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        (LA, date(2026, 3, 8), 23),
        (LA, date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Havana", date(2026, 3, 8), 23),
        ("Africa/Cairo", date(2026, 10, 29), 25),
        ("Asia/Kathmandu", date(2026, 3, 8), 24),
    ],
)
def test_days_on_which_clocks_are_changed(name, day, hours):
    """At midnight too: Havana skips it, Cairo goes back over it."""
    found = of(begin(day, name), name)
    assert (found.date, found.ends_at - found.starts_at) == (day, timedelta(hours=hours))


def test_a_day_that_a_zone_skipped_is_none():
    """Apia went from 29 to 31 December 2011; Goose Bay's clocks went back over a midnight that had been."""
    apia = Days([Since(EVER, "Pacific/Apia")]).back(utc(2011, 12, 31, 20), 4)
    assert [one.date.day for one in apia] == [29, 31, 1]
    for minute in range(0, 180, 7):
        when = utc(2009, 11, 1, 2) + timedelta(minutes=minute)
        day = of(when, "America/Goose_Bay")
        assert day.starts_at <= when < day.ends_at


def test_another_zone_counts_from_its_next_midnight_on():
    now = utc(2026, 11, 28, 20)
    was = [Since(EVER, "UTC")]
    west, east = changed(was, LA, now), changed(was, "Asia/Kolkata", now)
    assert west == [*was, Since(utc(2026, 11, 29, 8), LA)]
    assert [tuple(one) for one in Days(west).back(utc(2026, 11, 29, 12), 2)] == [
        (utc(2026, 11, 28), utc(2026, 11, 29), date(2026, 11, 28), "UTC", True),
        (utc(2026, 11, 29), utc(2026, 11, 29, 8), date(2026, 11, 29), "UTC", False),
        (utc(2026, 11, 29, 8), utc(2026, 11, 30, 8), date(2026, 11, 29), LA, True),
    ]
    assert Days(east).at(utc(2026, 11, 28, 18)).ends_at == utc(2026, 11, 29), "Kolkata's 29th had begun already"
    assert east[-1].since == utc(2026, 11, 29, 18, 30)
    assert Days(east).at(utc(2026, 11, 29, 18)).whole is False
    assert changed(west, "UTC", now + timedelta(hours=1)) == was, "taken back before it counted"
    assert changed(west, LA, utc(2026, 12, 24)) == west


def test_hours_are_those_of_utc():
    """A reader in a zone of half hours sees them begin at half past."""
    hours = Period.DAY.bounds(utc(2026, 11, 1, 6, 40), Days([Since(EVER, LA)]))
    assert len(hours) == 24
    assert (hours[0].starts_at, hours[-1].ends_at) == (utc(2026, 10, 31, 7), utc(2026, 11, 1, 7))
