"""Working time, exact to the second: against a clock that is read minute by minute, and in the cases that hurt."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studio.approvals.clock.arithmetic import (
    HORIZON,
    BeyondHorizonError,
    Pause,
    add_days,
    add_working,
    next_open,
    working_between,
)
from studio.approvals.clock.calendar import Calendar, Holiday, Span
from studio.approvals.clock.instants import wall
from tests.approvals.clock.strategies import calendars, minutes, moments, pauses

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NINE_TO_FIVE = (Span(540, 1020),)
OFFICE = Calendar(BERLIN, (*(NINE_TO_FIVE,) * 5, (), ()))
ROUND_THE_CLOCK = Calendar(BERLIN, ((Span(0, 1440),),) * 7)
NIGHTS = Calendar(BERLIN, ((Span(22 * 60, 30 * 60),),) * 7)
FEW = settings(max_examples=40)
"""A walk over days costs; ten properties look at the same walk."""
durations = st.integers(0, 24 * 60).map(lambda n: timedelta(minutes=n))


def berlin(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


def is_open(calendar: Calendar, at: datetime) -> bool:
    """The same question asked of the wall clock, with no intervals and no arithmetic."""
    shown = wall(calendar.zone, at)
    if at.astimezone(calendar.zone).fold:
        shown -= timedelta.resolution  # while an hour repeats, clocks have shown all of it, but not yet its end
    for back in (0, 1):
        day = shown.date() - timedelta(days=back)
        minute = shown.hour * 60 + shown.minute + back * 1440
        off = any(one.day == day for one in calendar.holidays)
        if not off and any(span.start <= minute < span.end for span in calendar.week[day.weekday()]):
            return True
    return False


@FEW
@given(calendars(), moments, st.integers(0, 2000), pauses)
@example(Calendar(NEW_YORK, (*((),) * 5, (Span(0, 26 * 60),), ())), datetime(2026, 11, 1, 6, tzinfo=UTC), 90, [])
def test_working_time_is_the_minutes_in_which_it_is_open(calendar, start, count, paused):
    each = (start + n * MINUTE for n in range(count))
    counted = [at for at in each if not any(p.start <= at < p.end for p in paused) and is_open(calendar, at)]
    assert working_between(calendar, start, start + count * MINUTE, paused) == len(counted) * MINUTE


@FEW
@given(calendars(), moments, durations, pauses)
def test_what_was_added_is_what_lies_between(calendar, start, duration, paused):
    end = add_working(calendar, start, duration, paused)
    assert end >= start
    assert working_between(calendar, start, end, paused) == duration


@FEW
@given(calendars(), moments, durations, pauses)
def test_nothing_earlier_would_do(calendar, start, duration, paused):
    end = add_working(calendar, start, duration, paused)
    if duration:
        assert working_between(calendar, start, end - timedelta(seconds=1), paused) < duration


@FEW
@given(calendars(), moments, durations, pauses)
def test_going_back_undoes_what_was_added(calendar, end, duration, paused):
    start = add_working(calendar, end, -duration, paused)
    assert start <= end
    assert working_between(calendar, start, end, paused) == duration


@FEW
@given(calendars(), moments, durations, durations, pauses)
def test_adding_twice_is_adding_the_sum(calendar, start, one, two, paused):
    at_once = add_working(calendar, start, one + two, paused)
    assert add_working(calendar, add_working(calendar, start, one, paused), two, paused) == at_once


@FEW
@given(calendars(), moments, minutes, durations, durations)
def test_later_and_longer_never_end_earlier(calendar, start, apart, one, two):
    assert add_working(calendar, start, one) <= add_working(calendar, start + abs(apart), one)
    assert add_working(calendar, start, one) <= add_working(calendar, start, one + two)


@FEW
@given(calendars(), moments, minutes, minutes)
def test_time_between_adds_up(calendar, start, one, two):
    middle, end = start + one, start + one + two
    parts = working_between(calendar, start, middle) + working_between(calendar, middle, end)
    assert parts == working_between(calendar, start, end)


@FEW
@given(calendars(), moments)
def test_the_next_opening_is_open_and_the_first(calendar, at):
    opening = next_open(calendar, at)
    assert is_open(calendar, opening)
    assert working_between(calendar, at, opening) == timedelta()


@FEW
@given(calendars(), moments, st.integers(-6, 6), minutes)
def test_working_days_end_within_hours_and_keep_their_order(calendar, start, days, apart):
    end = add_days(calendar, start, days)
    if days:
        day = next(one for one in _around(calendar, end) if one.start <= end <= one.end)
        assert day.start <= end <= day.end
    assert end <= add_days(calendar, start + abs(apart), days)
    assert end <= add_days(calendar, start, days + 1)


def _around(calendar, at):
    for back in range(-2, 3):
        yield from calendar.hours(at.astimezone(calendar.zone).date() + timedelta(days=back))


@pytest.mark.parametrize(
    ("calendar", "start", "hours", "end"),
    [
        (OFFICE, berlin("2026-03-06T16:00"), 8, berlin("2026-03-09T16:00")),
        (OFFICE, berlin("2026-03-06T16:00"), 1, berlin("2026-03-06T17:00")),  # closing time, not Monday
        (OFFICE, berlin("2026-03-07T12:00"), 1, berlin("2026-03-09T10:00")),
        (ROUND_THE_CLOCK, berlin("2026-03-29T00:00"), 23, berlin("2026-03-30T00:00")),  # a day of 23 hours
        (ROUND_THE_CLOCK, berlin("2026-10-25T00:00"), 25, berlin("2026-10-26T00:00")),  # and one of 25
        (NIGHTS, berlin("2026-03-28T22:00"), 7, berlin("2026-03-29T06:00")),  # the night that lacks an hour
        (NIGHTS, berlin("2026-10-24T22:00"), 9, berlin("2026-10-25T06:00")),  # the night that has one more
        (ROUND_THE_CLOCK, berlin("2026-10-25T02:30"), 1, berlin("2026-10-25T02:30", fold=1)),
        (ROUND_THE_CLOCK, berlin("2026-03-29T01:30"), 1, berlin("2026-03-29T03:30")),
    ],
)
def test_cases_that_hurt(calendar, start, hours, end):
    assert add_working(calendar, start, hours * HOUR) == end


def test_a_repeated_hour_in_its_own_zone_is_an_hour():
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=n) for n in (0, 1))
    assert working_between(ROUND_THE_CLOCK, first, second) == HOUR
    assert working_between(ROUND_THE_CLOCK, second, first) == -HOUR
    assert working_between(ROUND_THE_CLOCK, first, second, [Pause(first, second)]) == timedelta()


def test_hours_that_begin_in_the_missing_hour_begin_at_the_jump():
    early = Calendar(BERLIN, ((Span(150, 540),),) * 7)
    (sunday,) = early.hours(date(2026, 3, 29))
    assert sunday.start == berlin("2026-03-29T03:00")
    assert not list(Calendar(BERLIN, ((Span(125, 170),),) * 7).hours(date(2026, 3, 29)))


def test_hours_of_the_repeated_hour_open_once():
    early = Calendar(BERLIN, ((Span(150, 240),),) * 7)
    (sunday,) = early.hours(date(2026, 10, 25))
    assert (sunday.start, sunday.end - sunday.start) == (berlin("2026-10-25T02:30"), 2.5 * HOUR)


def test_a_holiday_opens_nothing_and_the_night_before_runs_into_it():
    nights = Calendar(BERLIN, NIGHTS.week, (Holiday(date(2026, 12, 25), "Christmas", yearly=True),))
    assert add_working(nights, berlin("2026-12-24T22:00"), 9 * HOUR) == berlin("2026-12-26T23:00")
    assert add_working(nights, berlin("2027-12-24T22:00"), 9 * HOUR) == berlin("2027-12-26T23:00")


def test_a_leap_day_is_a_holiday_in_leap_years():
    calendar = Calendar(BERLIN, ROUND_THE_CLOCK.week, (Holiday(date(2024, 2, 29), yearly=True),))
    assert [calendar.is_holiday(date(year, 2, 28)) for year in (2026, 2028)] == [False, False]
    assert calendar.is_holiday(date(2028, 2, 29))


def test_a_pause_that_spans_closing_time_stops_the_clock_where_it_was():
    paused = [Pause(berlin("2026-03-06T16:30"), berlin("2026-03-09T11:00"))]
    assert add_working(OFFICE, berlin("2026-03-06T16:00"), 1 * HOUR, paused) == berlin("2026-03-09T11:30")


def test_overlapping_pauses_count_once():
    paused = [
        Pause(berlin("2026-03-09T10:00"), berlin("2026-03-09T12:00")),
        Pause(berlin("2026-03-09T11:00"), berlin("2026-03-09T13:00")),
    ]
    assert working_between(OFFICE, berlin("2026-03-09T09:00"), berlin("2026-03-09T17:00"), paused) == 5 * HOUR


def test_an_edited_calendar_moves_nothing_that_was_computed():
    start = berlin("2026-03-06T16:00")
    due = add_working(OFFICE, start, 8 * HOUR)
    edited = Calendar(BERLIN, OFFICE.week, (Holiday(date(2026, 3, 9)),))
    assert due == berlin("2026-03-09T16:00")
    assert add_working(edited, start, 8 * HOUR) == berlin("2026-03-10T16:00")
    assert working_between(edited, start, due) == 1 * HOUR


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (berlin("2026-03-06T16:00"), 1, berlin("2026-03-09T16:00")),
        (berlin("2026-03-07T12:00"), 1, berlin("2026-03-10T09:00")),  # from the next opening
        (berlin("2026-03-06T18:00"), 2, berlin("2026-03-11T09:00")),
        (berlin("2026-03-27T16:00"), 1, berlin("2026-03-30T16:00")),  # over the change of clocks
        (berlin("2026-03-09T16:00"), -1, berlin("2026-03-06T16:00")),
        (berlin("2026-03-08T12:00"), -1, berlin("2026-03-05T17:00")),
        (berlin("2026-03-06T16:00"), 0, berlin("2026-03-06T16:00")),
    ],
)
def test_working_days(start, days, end):
    assert add_days(OFFICE, start, days) == end


def test_working_days_stay_within_hours():
    short_friday = Calendar(BERLIN, (*((Span(540, 720), Span(780, 1080)),) * 4, (Span(600, 840),), (), ()))
    assert add_days(short_friday, berlin("2026-03-05T17:30"), 1) == berlin("2026-03-06T14:00")
    assert add_days(short_friday, berlin("2026-03-05T09:15"), 1) == berlin("2026-03-06T10:00")
    assert add_days(short_friday, berlin("2026-03-06T12:30"), 1) == berlin("2026-03-09T13:00")


def test_there_is_an_end_to_looking():
    never = Calendar(BERLIN, ROUND_THE_CLOCK.week[:1] + ((),) * 6, tuple(
        Holiday(date(2020, 1, 1) + timedelta(days=n), yearly=True) for n in range(366)
    ))  # fmt: skip
    for ask in (
        lambda: next_open(never, berlin("2026-03-06T16:00")),
        lambda: add_working(never, berlin("2026-03-06T16:00"), HOUR),
        lambda: add_working(OFFICE, berlin("2026-03-06T16:00"), 20_000 * HOUR),
        lambda: add_days(OFFICE, berlin("2026-03-06T16:00"), 5_000),
        lambda: working_between(OFFICE, berlin("2026-03-06T16:00"), berlin("2026-03-06T16:00") + HORIZON + MINUTE),
        lambda: next_open(OFFICE, datetime.max.replace(tzinfo=UTC)),
        lambda: add_working(OFFICE, datetime.min.replace(tzinfo=BERLIN), HOUR),
    ):
        with pytest.raises(BeyondHorizonError):
            ask()
