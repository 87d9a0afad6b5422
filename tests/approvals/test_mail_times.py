"""When a mail leaves: never in quiet hours, one digest a day, never past the deadline; across changes of the clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.approvals.mail_times import (
    Departure,
    Preferences,
    after_quiet,
    digest_before,
    is_quiet,
    next_digest,
    when_to_mail,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    BERLIN,
    ZoneInfo("America/Sao_Paulo"),
    ZoneInfo("Australia/Lord_Howe"),
    ZoneInfo("Asia/Kathmandu"),
    ZoneInfo("UTC"),
]
NIGHT = Preferences(time(22), time(7))

zones = st.sampled_from(ZONES)
minutes = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ordinary = st.integers(0, 11 * 365 * 1440).map(
    lambda number: datetime(2016, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
)
near_a_change = st.builds(
    lambda base, offset: base + timedelta(minutes=offset),
    st.sampled_from([datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
                     datetime(2018, 11, 4, 3, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)]),
    st.integers(-1600, 1600),
)  # fmt: skip
moments = st.one_of(ordinary, near_a_change)


@st.composite
def preferences(draw):
    quiet = draw(st.one_of(st.none(), st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])))
    start, end = quiet or (None, None)
    return Preferences(start, end, draw(st.one_of(st.none(), minutes)))


@given(moments, zones, preferences(), st.one_of(st.none(), st.timedeltas(timedelta(minutes=-60), timedelta(days=4))))
@example(datetime(2026, 3, 28, 23, tzinfo=UTC), BERLIN, Preferences(time(22), time(2, 30)), None)
@example(datetime(2026, 10, 25, 0, tzinfo=UTC), BERLIN, Preferences(time(22), time(2, 30)), None)
def test_whatever_is_chosen(now, zone, chosen, ahead):
    due_at = None if ahead is None else now + ahead
    leaves = when_to_mail(now, zone, chosen, due_at)
    assert leaves.at >= now
    assert leaves.at == now or due_at is None or leaves.at < due_at
    pressed = due_at is not None and leaves.at == now
    assert pressed or not is_quiet(leaves.at, zone, chosen)
    assert not leaves.digest or chosen.digest_at is not None
    longest = timedelta(hours=26) + (timedelta(hours=26) if chosen.digest_at and chosen.quiet_from else timedelta())
    assert leaves.at - now <= longest + timedelta(hours=24)
    again = when_to_mail(leaves.at, zone, chosen, due_at)
    assert leaves.digest or again.digest or again.at == leaves.at


@given(moments, zones, minutes)
def test_there_is_one_digest_a_day(now, zone, at):
    first = next_digest(now, zone, at)
    second = next_digest(first, zone, at)
    days = [moment.astimezone(zone).date() for moment in (first, second)]
    assert now < first < second
    assert days[1] - days[0] == timedelta(days=1)
    assert digest_before(second, zone, at) == first
    assert timedelta(hours=22) <= second - first <= timedelta(hours=26)


@given(moments, zones, preferences())
def test_nothing_waits_longer_than_to_the_first_end_of_the_quiet_hours(now, zone, chosen):
    end = after_quiet(now, zone, chosen)
    if not is_quiet(now, zone, chosen):
        assert end == now
    elif chosen.quiet_until is not None:
        wall = end.astimezone(zone).time()
        skipped = (end - timedelta(seconds=1)).astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset()
        assert wall == chosen.quiet_until or (skipped and wall > chosen.quiet_until)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-01-10T20:59", "2026-01-10T20:59"),
        ("2026-01-10T21:00", "2026-01-11T06:00"),  # 22:00 in Berlin
        ("2026-01-11T05:59", "2026-01-11T06:00"),
        ("2026-01-11T06:00", "2026-01-11T06:00"),
        ("2026-03-28T22:00", "2026-03-29T05:00"),  # the night is an hour shorter
        ("2026-10-24T20:00", "2026-10-25T06:00"),  # and an hour longer
    ],
)
def test_a_night_in_berlin(now, leaves):
    assert when_to_mail(utc(now), BERLIN, NIGHT, None) == Departure(utc(leaves))


def test_an_end_that_the_clock_skips_is_the_skip_itself():
    chosen = Preferences(time(22), time(2, 30))
    assert after_quiet(utc("2026-03-28T23:00"), BERLIN, chosen) == utc("2026-03-29T01:00")


def test_an_end_that_comes_twice_is_the_first_one():
    chosen = Preferences(time(22), time(2, 30))
    assert after_quiet(utc("2026-10-24T23:00"), BERLIN, chosen) == utc("2026-10-25T00:30")


def test_the_deadline_comes_first():
    night = utc("2026-01-10T23:00")
    assert when_to_mail(night, BERLIN, NIGHT, utc("2026-01-11T06:00")).at == night
    assert when_to_mail(night, BERLIN, NIGHT, utc("2026-01-11T06:01")).at == utc("2026-01-11T06:00")


def test_what_is_due_before_the_next_digest_goes_by_itself():
    daily = Preferences(digest_at=time(9))
    now, morning = utc("2026-01-10T12:00"), utc("2026-01-11T08:00")
    assert when_to_mail(now, BERLIN, daily, None) == Departure(morning, digest=True)
    assert when_to_mail(now, BERLIN, daily, morning) == Departure(now)
    assert when_to_mail(now, BERLIN, daily, morning + timedelta(minutes=1)) == Departure(morning, digest=True)


def test_a_digest_in_quiet_hours_leaves_at_their_end():
    both = Preferences(time(22), time(7), time(6))
    assert when_to_mail(utc("2026-01-10T12:00"), BERLIN, both, None) == Departure(utc("2026-01-11T06:00"), digest=True)
