"""Due times, over clock changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import InvalidInput
from studio.runtime.triggers.schedule import next_due

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])


def berlin(text):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def ticks(line, start, count):
    found, after = [], berlin(start)
    for _ in range(count):
        after = next_due({"cron": line, "time_zone": "Europe/Berlin"}, after)
        found.append(after.astimezone(BERLIN).isoformat())
    return found


def test_a_time_of_day_keeps_its_clock_over_both_changes():
    assert ticks("0 9 * * *", "2026-03-28T12:00", 2) == ["2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"]
    assert ticks("0 9 * * *", "2026-10-24T12:00", 2) == ["2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"]


def test_a_skipped_time_runs_once_right_after():
    assert ticks("30 2 * * *", "2026-03-28T12:00", 2) == ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]


def test_a_time_that_comes_twice_runs_once():
    assert ticks("30 2 * * *", "2026-10-24T12:00", 2) == ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]


def test_every_hour_runs_every_hour_that_passes():
    assert ticks("0 * * * *", "2026-03-29T01:30", 2) == ["2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"]
    assert ticks("0 * * * *", "2026-10-25T01:30", 3) == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_intervals_do_not_drift():
    every = {"mode": "interval", "every_s": 900}
    late = datetime(2026, 3, 27, 9, 30, 0, 4, tzinfo=UTC)
    assert next_due(every, late) == datetime(2026, 3, 27, 9, 45, tzinfo=UTC)


@settings(max_examples=60)
@given(MOMENTS, ZONES, st.sampled_from(["*/15 * * * *", "0 9 * * 1-5", "30 2 * * *", "0 0 1 * *", "59 23 L * *"]))
def test_a_due_time_is_later_whole_and_never_skips_one(after, zone, line):
    config = {"cron": line, "time_zone": zone}
    due = next_due(config, after)
    assert due > after
    assert (due.second, due.microsecond, due.tzinfo) == (0, 0, UTC)
    assert next_due(config, due - timedelta(microseconds=1)) == due
    middle = after + (due - after) / 2
    assert next_due(config, middle) == due or middle >= due


@given(MOMENTS, st.integers(60, 10**6))
def test_intervals_are_later_by_at_most_one_pause(after, every):
    due = next_due({"mode": "interval", "every_s": every}, after)
    assert timedelta() < due - after <= timedelta(seconds=every)


@pytest.mark.parametrize(
    "config",
    [
        {"cron": "0 9 * *"},
        {"cron": "* * * * * *"},
        {"cron": "61 * * * *"},
        {"cron": "0 0 30 2 *"},
        {"cron": "0 9 * * *", "time_zone": "Mars/Base"},
        {"cron": "0 9 * * *", "time_zone": "../../etc/passwd"},
        {"mode": "interval", "every_s": 1},
    ],
)
def test_what_cannot_be_read_is_refused(config):
    with pytest.raises(InvalidInput):
        next_due(config, datetime(2026, 1, 1, tzinfo=UTC))
