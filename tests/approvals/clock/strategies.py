"""Calendars, moments and pauses to try arithmetic with: near changes of clocks, and far from them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from studio.approvals.clock.arithmetic import Pause
from studio.approvals.clock.calendar import DAY_MINUTES, Calendar, Holiday, Span

ZONES = [
    ZoneInfo(name)
    for name in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata")
]
"""With no change of clocks, with changes of an hour and of half an hour, on either half of the globe."""
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
]

zones = st.sampled_from(ZONES)
minutes = st.integers(-3 * DAY_MINUTES, 3 * DAY_MINUTES).map(lambda n: timedelta(minutes=n))
moments = st.builds(lambda change, off: change + off, st.sampled_from(CHANGES), minutes)


@st.composite
def days(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to three stretches of one day, some of them into the next, none of them past 26:00."""
    edges = draw(st.lists(st.integers(0, 26 * 60), max_size=6, unique=True).map(sorted))
    return tuple(Span(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False) if a < DAY_MINUTES)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """A week in which hours after midnight do not meet those of the next day, and something opens."""
    week = draw(st.lists(days(), min_size=7, max_size=7).filter(any))
    late = [max((span.end - DAY_MINUTES for span in day), default=0) for day in week]
    clear = [tuple(s for s in day if s.start >= late[n - 1]) for n, day in enumerate(week)]
    if not any(clear):
        clear[2] = (Span(540, 1020),)
    off = draw(st.lists(st.dates(date(2026, 3, 1), date(2026, 11, 30)), max_size=3))
    return Calendar(draw(zones), tuple(clear), tuple(Holiday(day) for day in off))


pauses = st.lists(st.builds(lambda start, long: Pause(start, start + abs(long)), moments, minutes), max_size=3)
