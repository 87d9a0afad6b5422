"""When a mail about an approval leaves: quiet hours and digests in the reader's own zone, never past the deadline."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen. All empty: every mail at once, each by itself."""

    quiet_from: time | None = None
    """Wall clock of the reader. Quiet hours go over midnight where this is later than their end."""
    quiet_until: time | None = None
    digest_at: time | None = None
    """One mail a day at this time, with all that waits; None: one mail for each."""
    completion: bool = True
    """Whether to hear how it ended when others decided."""


@dataclass(frozen=True, slots=True)
class Departure:
    """When a mail leaves, in UTC, and whether as part of the digest."""

    at: datetime
    digest: bool = False


def when_to_mail(now: datetime, zone: ZoneInfo, preferences: Preferences, due_at: datetime | None) -> Departure:
    """When to mail something that has to be decided before `due_at` (None: nothing presses).

    What is due before the next digest goes by itself; what would come after its deadline goes at once.
    """
    if preferences.digest_at is not None:
        at = after_quiet(next_digest(now, zone, preferences.digest_at), zone, preferences)
        if due_at is None or at < due_at:
            return Departure(at, digest=True)
    at = after_quiet(now, zone, preferences)
    return Departure(now.astimezone(UTC) if due_at is not None and at >= due_at else at)


def after_quiet(moment: datetime, zone: ZoneInfo, preferences: Preferences) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in."""
    until = preferences.quiet_until
    if until is None or not is_quiet(moment, zone, preferences):
        return moment.astimezone(UTC)
    today = moment.astimezone(zone).date()
    ends = (end for days in range(-1, 4) for end in _instants(today + timedelta(days=days), until, zone))
    return min(end for end in ends if end > moment and not is_quiet(end, zone, preferences))


def is_quiet(moment: datetime, zone: ZoneInfo, preferences: Preferences) -> bool:
    """Whether the wall clock stands within the quiet hours; their end is outside of them."""
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None or end is None:
        return False
    wall = moment.astimezone(zone).time()
    return start <= wall < end if start < end else wall >= start or wall < end


def next_digest(now: datetime, zone: ZoneInfo, at: time) -> datetime:
    """The next time for a digest after `now`: one a day, also on the day that an hour repeats itself."""
    today = now.astimezone(zone).date()
    days = (_instants(today + timedelta(days=days), at, zone)[0] for days in range(3))
    return next(moment for moment in days if moment > now)


def digest_before(moment: datetime, zone: ZoneInfo, at: time) -> datetime:
    """The latest time for a digest before `moment`."""
    today = moment.astimezone(zone).date()
    days = (_instants(today - timedelta(days=days), at, zone)[0] for days in range(3))
    return next(earlier for earlier in days if earlier < moment)


def _instants(day: date, wall: time, zone: ZoneInfo) -> list[datetime]:
    """When the clock on the wall shows that: twice where the hour repeats itself.

    A time that is skipped counts as the moment of the skip: nothing is shown between the two.
    """
    first, second = (datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return [first, second]
    return [_skip(second, first, zone)]


def _skip(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the clock goes forward, somewhere in (before, after]."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
