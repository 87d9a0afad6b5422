"""Identifiers: UUIDv7 (RFC 9562), ordered by the millisecond they were made in.

Run, step, wait and event rows are listed and partitioned by id ranges, so ids of one process never run backwards.
"""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

_lock = threading.Lock()
_last = 0
_pool: list[int] = []
_DRAWN = 64
_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62


def new_id() -> UUID:
    """Return a fresh UUIDv7, greater than every earlier one of this process."""
    global _last  # noqa: PLW0603 - the one counter that keeps ids of a process in order
    with _lock:
        random = _pool.pop() if _pool else _draw()
        stamp = (time.time_ns() // 1_000_000) << 12 | random >> 69
        if stamp <= _last:
            stamp = _last + 1
        _last = stamp
    high = stamp >> 12 << 80 | _VERSION | (stamp & 0xFFF) << 64
    return UUID(int=high | _VARIANT | random & 0x3FFF_FFFF_FFFF_FFFF)


def _draw() -> int:
    """80 random bits. The system is asked for many at once: a call for each id would cost more than all the rest."""
    drawn = os.urandom(10 * _DRAWN)
    _pool.extend(int.from_bytes(drawn[at : at + 10], "big") for at in range(0, len(drawn), 10))
    return _pool.pop()


os.register_at_fork(after_in_child=_pool.clear)  # two processes must not draw from the same bits


def first_id_at(moment: datetime) -> UUID:
    """Return the smallest UUIDv7 of a moment's millisecond: the lower bound of an id range.

    Before 1970 no id exists, so an earlier moment's bound is that year's.
    """
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80 | _VERSION | _VARIANT)


def parse_id(text: str) -> UUID | None:
    """Read an id from an address or a body; None where the text is none."""
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None
