"""Turns and overrides, as points in time: exactly one person at each moment, and an override wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from studio.approvals.clock.instants import moment, wall


@dataclass(frozen=True, slots=True)
class Rotation:
    """People who take turns of equal length, one after the other, for ever in both directions."""

    zone: ZoneInfo
    people: tuple[UUID, ...]
    """At least one; the first has the turn that begins at `starts`."""
    starts: datetime
    """A handover, on the wall clock of `zone`: every later one is at the same time of day."""
    days: int
    """Length of a turn; a turn over a change of clocks is an hour longer or shorter."""

    def turn(self, at: datetime) -> int:
        """The number of the turn in which a moment lies; turn 0 begins at `starts`."""
        return (wall(self.zone, at) - self.starts) // timedelta(days=self.days)

    def handover(self, turn: int) -> datetime:
        """The moment (UTC) at which a turn begins."""
        return moment(self.zone, self.starts + turn * timedelta(days=self.days))

    def person(self, at: datetime) -> UUID:
        """Whose turn it is."""
        return self.people[self.turn(at) % len(self.people)]


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody else for a time, up to but without its end."""

    start: datetime
    end: datetime
    person: UUID


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch of a timeline."""

    start: datetime
    end: datetime
    person: UUID
    override: bool


def on_call(rotation: Rotation, overrides: Sequence[Override], at: datetime) -> UUID:
    """Who is on call at a moment. Of overrides that overlap the last one wins."""
    return _at(rotation, overrides, at)[0]


def timeline(rotation: Rotation, overrides: Sequence[Override], start: datetime, end: datetime) -> list[Shift]:
    """Who is on call from `start` to `end`: stretches without gaps, each of one person."""
    first, last = rotation.turn(start), rotation.turn(end)
    edges = {rotation.handover(turn) for turn in range(first, last + 1)}
    edges |= {edge for one in overrides for edge in (one.start, one.end)}
    inner = sorted(edge for edge in edges if start < edge < end)
    shifts: list[Shift] = []
    for begin, until in zip([start, *inner], [*inner, end], strict=True):
        person, override = _at(rotation, overrides, begin)
        if shifts and (shifts[-1].person, shifts[-1].override) == (person, override):
            shifts[-1] = Shift(shifts[-1].start, until, person, override)
        else:
            shifts.append(Shift(begin, until, person, override))
    return shifts


def _at(rotation: Rotation, overrides: Sequence[Override], at: datetime) -> tuple[UUID, bool]:
    for one in reversed(overrides):
        if one.start <= at < one.end:
            return one.person, True
    return rotation.person(at), False
