"""What waits, sorted by working time left, out of lists that are sorted by deadline: one a calendar, called a course.

Working time left changes with every moment, and at another pace by each calendar, so no index can be in its order.
But what one calendar counts is in the order of its deadlines at all times: a page takes the least of several lists.
A cursor says how far each of them was read, so that nothing is shown twice or left out, however late it is followed.
"""

import base64
import binascii
import heapq
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from studio.approvals.clock.calendar import Calendar
from studio.approvals.clock.left import TimeLeft

Place = tuple[datetime, UUID]
"""A deadline and what has it: where something stands in its course."""
_PACKED = struct.Struct(">16sq16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Course:
    """What one calendar counts."""

    counted_by: UUID
    calendar: Calendar | None
    """None: the clock alone."""
    places: Sequence[Place]
    """The next ones, ascending."""
    edge: Place | None = None
    """Nothing behind it was looked at; None: all was, or there are as many places as a page takes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One of a page."""

    left: timedelta
    place: Place
    counted_by: UUID
    working: timedelta | None
    """Working time left; None where all time counts."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A page, and how far each course was read with it."""

    listed: tuple[Listed, ...]
    read: dict[UUID, Place] | None
    """What the next page goes on from; None: that was all."""
    whole: bool
    """False: there may be more that belongs on this page, behind an edge."""


def take(courses: Sequence[Course], read: Mapping[UUID, Place], now: datetime, size: int) -> Taken:
    """The first `size` by time left, the earlier deadline first where it is the same; no further than an edge."""
    edges = [(one.left, one.place, one.counted_by) for course in courses for one in _edge(course, now)]
    stop = min(edges, default=None)
    listed: list[Listed] = []
    for one in _merged(courses, now):
        if stop is not None and (one.left, one.place) > stop[:2]:
            break
        if len(listed) == size:
            return Taken(tuple(listed), _reached(read, listed), whole=True)
        listed.append(one)
    if stop is None:
        return Taken(tuple(listed), None, whole=True)
    return Taken(tuple(listed), _reached(read, listed) | {stop[2]: stop[1]}, whole=False)


def _edge(course: Course, now: datetime) -> Iterator[Listed]:
    if course.edge is not None:
        yield from _measured(Course(course.counted_by, course.calendar, [course.edge]), now)


def _merged(courses: Iterable[Course], now: datetime) -> Iterator[Listed]:
    return heapq.merge(*(_measured(course, now) for course in courses), key=lambda one: (one.left, one.place))


def _measured(course: Course, now: datetime) -> Iterator[Listed]:
    """Measured one by one as they are wanted: far deadlines are a long walk."""
    clock = TimeLeft(course.calendar, now)
    for place in course.places:
        working = clock.working(place[0])
        yield Listed(place[0] - now if working is None else working, place, course.counted_by, working)


def _reached(read: Mapping[UUID, Place], listed: Iterable[Listed]) -> dict[UUID, Place]:
    return {**read, **{one.counted_by: one.place for one in listed}}


def written(read: Mapping[UUID, Place]) -> str:
    """A cursor for an address."""
    packed = (_PACKED.pack(key.bytes, (at - _EPOCH) // _MICROSECOND, one.bytes) for key, (at, one) in read.items())
    return base64.urlsafe_b64encode(b"".join(packed)).decode()


def restored(cursor: str) -> dict[UUID, Place] | None:
    """What a cursor says; None where it is none."""
    try:
        packed = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
        found = {
            UUID(bytes=key): (_EPOCH + at * _MICROSECOND, UUID(bytes=one))
            for key, at, one in _PACKED.iter_unpack(packed)
        }
    except (ValueError, binascii.Error, struct.error, OverflowError):
        return None
    return found or None
