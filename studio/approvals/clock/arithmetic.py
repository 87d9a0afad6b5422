"""Adding and measuring working time. What comes out is a point in time or a span; nothing here reads a clock.

A calendar that is edited changes nothing that was computed: whoever wants the new answer asks again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from studio.approvals.clock.calendar import Calendar, Open
from studio.approvals.clock.instants import moment, wall

HORIZON = timedelta(days=5 * 366)
"""How far from its start an answer is looked for."""
YEARS = range(1900, 9000)
"""Moments outside are nobody's working time, and near the ends of the era dates cannot be counted on."""
_NONE = timedelta()
_DAY = timedelta(days=1)
_SLACK = 3 * _DAY
"""Hours may run into the next day, and a zone may skip one: a walk begins this much earlier."""


class BeyondHorizonError(Exception):
    """The answer lies further away than `HORIZON`, or there is none."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that does not count, from one moment up to another."""

    start: datetime
    end: datetime

    @property
    def utc(self) -> tuple[datetime, datetime]:
        """Both ends in UTC: within one zone Python compares wall clocks, which is wrong while an hour repeats."""
        return self.start.astimezone(UTC), self.end.astimezone(UTC)


def add_working(calendar: Calendar, start: datetime, duration: timedelta, pauses: Sequence[Pause] = ()) -> datetime:
    """The first moment (UTC) by which `duration` of working time has passed since `start`. Negative: goes back.

    Ends on closing time, not on the next opening, where it fits exactly. Raises BeyondHorizonError.
    """
    start, left = _utc(start), abs(duration)
    if not left:
        return start
    forward = duration > _NONE
    for begin, end in _stretches(calendar, start, pauses, forward=forward):
        if end - begin >= left:
            return begin + left if forward else end - left
        left -= end - begin
    raise BeyondHorizonError


def working_between(calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
    """Working time from `start` to `end`; negative where `end` is the earlier one. Raises BeyondHorizonError."""
    start, end = _utc(start), _utc(end)
    if end < start:
        return -working_between(calendar, end, start, pauses)
    if end - start > HORIZON:
        raise BeyondHorizonError
    total = _NONE
    for begin, close in _stretches(calendar, start, pauses, forward=True):
        if begin >= end:
            break
        total += min(close, end) - begin
    return total


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """`at` itself within hours, else the next opening (UTC). Raises BeyondHorizonError."""
    for begin, _end in _stretches(calendar, _utc(at), (), forward=True):
        return begin
    raise BeyondHorizonError


def add_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The same time of day `days` working days later (earlier, where negative): a working day is one that has hours.

    A start outside hours counts as the next opening (going back: as the last closing). A time of day at which the day
    that is reached has no hours becomes its next opening on that day, or its last closing. Raises BeyondHorizonError.
    """
    start = _utc(start)
    if not days:
        return start
    forward = days > 0
    first, when = _anchor(calendar, start, forward=forward)
    time_of_day = wall(calendar.zone, when) - datetime.combine(first.day, datetime.min.time())
    left, day = abs(days), first.day
    for one in _walk(calendar, start, forward=forward):
        if (one.day > day) if forward else (one.day < day):
            left, day = left - 1, one.day
        if not left:
            wanted = moment(calendar.zone, datetime.combine(day, datetime.min.time()) + time_of_day)
            return _within(list(calendar.hours(day)), wanted)
    raise BeyondHorizonError


def _anchor(calendar: Calendar, start: datetime, *, forward: bool) -> tuple[Open, datetime]:
    """The stretch in which a start lies, and the moment in it that the start counts as."""
    for one in _walk(calendar, start, forward=forward):
        if forward and start < one.end:
            return one, max(start, one.start)
        if not forward and start > one.start:
            return one, min(start, one.end)
    raise BeyondHorizonError


def _within(hours: Sequence[Open], wanted: datetime) -> datetime:
    for one in hours:
        if wanted <= one.end:
            return max(wanted, one.start)
    return hours[-1].end


def _stretches(
    calendar: Calendar, start: datetime, pauses: Sequence[Pause], *, forward: bool
) -> Iterator[tuple[datetime, datetime]]:
    """Working time from `start` on (or back from it), with pauses cut out, in the order of the walk."""
    for one in _walk(calendar, start, forward=forward):
        begin, end = (max(one.start, start), one.end) if forward else (one.start, min(one.end, start))
        pieces = list(_unpaused(begin, end, pauses))
        yield from pieces if forward else reversed(pieces)


def _unpaused(begin: datetime, end: datetime, pauses: Sequence[Pause]) -> Iterator[tuple[datetime, datetime]]:
    for start, stop in sorted(pause.utc for pause in pauses):
        if start > begin and begin < end:
            yield begin, min(start, end)
        begin = max(begin, stop)
    if begin < end:
        yield begin, end


def _walk(calendar: Calendar, start: datetime, *, forward: bool) -> Iterator[Open]:
    """Stretches by day up to the horizon, from a little before `start` (a little behind, going back)."""
    step = _DAY if forward else -_DAY
    day = start.astimezone(calendar.zone).date() - (_SLACK if forward else -_SLACK)
    for _each in range((HORIZON + 2 * _SLACK) // _DAY):
        hours = list(calendar.hours(day))
        yield from hours if forward else reversed(hours)
        day += step


def _utc(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise BeyondHorizonError
    return at.astimezone(UTC)
