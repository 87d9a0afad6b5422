"""Many times in few numbers: pure buckets whose percentiles are within one per cent of the true ones.

Whatever the unit (seconds, milliseconds): up to EXACT a bucket is that one time; above, each is two per cent wider than
the one before.
"""

from collections.abc import Iterable, Mapping
from math import ceil, log

EXACT = 100
_GROWTH = 1.02
_FIRST = ceil(log(EXACT) / log(_GROWTH))


def bucket(time: int) -> int:
    """Where a time belongs."""
    if time <= EXACT:
        return max(0, time)
    return EXACT + ceil(log(time) / log(_GROWTH)) - _FIRST


def time_of(number: int) -> int:
    """The time that stands for a bucket: the middle of it, by ratio."""
    if number <= EXACT:
        return number
    return round(2 * _GROWTH ** (number - EXACT + _FIRST) / (_GROWTH + 1))


def bucketed(times: Mapping[int, int]) -> dict[int, int]:
    """How many times lie in each bucket, of how often each occurred."""
    found: dict[int, int] = {}
    for time, count in times.items():
        number = bucket(time)
        found[number] = found.get(number, 0) + count
    return found


def percentiles(times: Mapping[int, int], parts: Iterable[int]) -> list[int | None]:
    """The smallest times that so many per cent do not exceed, by nearest rank; None where there are none."""
    ordered = sorted(times.items())
    total = sum(times.values())
    return [_at(ordered, (total * part + 99) // 100) if total else None for part in parts]


def _at(ordered: list[tuple[int, int]], rank: int) -> int:
    passed = 0
    for time, count in ordered:
        passed += count
        if passed >= rank:
            return time
    return ordered[-1][0]
