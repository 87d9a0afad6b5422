"""Who stands in for somebody who is away. Facts in, a person or nobody out; no I/O, no clock.

Whoever stands in may be away too, so absences are followed from one to the next. Where the way leads back, or to
somebody who must not decide, nobody stands in: the owner keeps it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away in [starts_at, ends_at), and who gets their approvals."""

    id: UUID
    owner: UUID
    delegate: UUID
    starts_at: datetime
    ends_at: datetime


class Kept(StrEnum):
    """Why nobody stands in."""

    PRESENT = "present"
    """The owner is not away."""
    LOOP = "loop"
    """Everybody on the way is away, and it leads back."""
    UNSUITABLE = "unsuitable"
    """Whoever would stand in must not decide this, or cannot."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who stands in, and by which absences; or why nobody does."""

    delegate: UUID | None
    path: tuple[Absence, ...] = ()
    kept: Kept | None = None


def resolve(owner: UUID, now: datetime, absences: Iterable[Absence], suitable: Callable[[UUID], bool]) -> Standing:
    """Follow absences from the owner to the first person who is there.

    `suitable` says whether a person may decide in the owner's place. Of absences of one person that overlap, which
    nobody can make, the one that began first counts.
    """
    away = _away(now, absences)
    path: list[Absence] = []
    seen, current = {owner}, owner
    while (absence := away.get(current)) is not None:
        path.append(absence)
        current = absence.delegate
        if current in seen:
            return Standing(None, tuple(path), Kept.LOOP)
        seen.add(current)
    if not path:
        return Standing(None, kept=Kept.PRESENT)
    if not suitable(current):
        return Standing(None, tuple(path), Kept.UNSUITABLE)
    return Standing(current, tuple(path))


def overlaps(starts_at: datetime, ends_at: datetime, others: Iterable[Absence]) -> bool:
    """Whether an absence of the same person shares a moment with one of those."""
    return any(one.starts_at < ends_at and starts_at < one.ends_at for one in others)


def _away(now: datetime, absences: Iterable[Absence]) -> dict[UUID, Absence]:
    current = [one for one in absences if one.starts_at <= now < one.ends_at]
    return {one.owner: one for one in sorted(current, key=lambda one: one.starts_at, reverse=True)}
