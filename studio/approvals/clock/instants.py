"""Wall clock and points in time, there and back, both ways monotone.

A wall time that comes twice means its first coming; one that is skipped means the moment at which clocks jump over it.
So `moment(zone, w) <= t` exactly where `w <= wall(zone, t)`: intervals of wall time become intervals of time that
neither overlap nor leave gaps, whatever clocks do.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

STEP = timedelta(seconds=1)
"""Clocks change on whole seconds."""


def moment(zone: ZoneInfo, wall_time: datetime) -> datetime:
    """The first moment (UTC) at which clocks in `zone` have come to `wall_time` (without a zone)."""
    before = wall_time.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall_time:
        return before
    # Skipped: read with the offset that holds behind the jump, it lies before the jump; with the other, behind it.
    return _change(zone, wall_time.replace(tzinfo=zone, fold=1).astimezone(UTC), before)


def wall(zone: ZoneInfo, at: datetime) -> datetime:
    """The latest time that clocks in `zone` have shown up to `at`, without a zone: while an hour repeats, its end."""
    local = at.astimezone(zone)
    if not local.fold:
        return local.replace(tzinfo=None)
    first = local.replace(fold=0)
    offset = first.utcoffset()
    if offset is None:  # a ZoneInfo always has one
        raise ValueError(zone)
    return (_change(zone, first.astimezone(UTC), at.astimezone(UTC)) + offset).replace(tzinfo=None)


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The one moment after `low`, up to `high`, from which another offset holds."""
    old = low.astimezone(zone).utcoffset()
    low = low.replace(microsecond=0)
    while high - low > STEP:
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return (low + STEP).replace(microsecond=0)
