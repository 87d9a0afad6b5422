"""Who is asked by one step of an escalation. Facts in, people out; no I/O, no clock."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.approvals.escalation import How, Mode


@dataclass(frozen=True, slots=True)
class Held:
    """One open share of the running stage."""

    id: UUID
    user_id: UUID
    stands_in: bool = False
    """It was given to this person by an absence, and ends with its owner's."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a step does. Empty: there is nobody whom it could ask."""

    asked: tuple[UUID, ...] = ()
    """People who get a share, in order."""
    reminded: tuple[UUID, ...] = ()
    """Open shares of people whom it would ask, had they none."""
    away: tuple[UUID, ...] = ()
    """Shares that end, since others are asked instead."""

    @property
    def anybody(self) -> bool:
        """Somebody is asked, or reminded."""
        return bool(self.asked or self.reminded)


def choose(
    targets: Iterable[UUID],
    mode: Mode,
    how: How,
    held: Sequence[Held],
    may: Callable[[UUID], bool],
    taken: Mapping[UUID, int] | None = None,
) -> Chosen:
    """Whom a level asks, of the people behind its targets.

    `may`: could decide, and has not spoken in this stage. `taken`: the number of each person's last turn. In turn it
    is whoever of them had it longest ago and holds no share; where all hold one, the same of those is reminded.
    """
    able = [one for one in dict.fromkeys(targets) if may(one)]
    own = {one.user_id: one for one in held if not one.stands_in or how is How.ADD}
    if mode is Mode.TURN:
        able = _next(able, own, taken or {})
    if not able:
        return Chosen()
    kept = tuple(own[one].id for one in able if one in own)
    asked = tuple(one for one in able if one not in own)
    away = tuple(one.id for one in held if one.id not in kept) if how is How.REPLACE else ()
    return Chosen(asked, kept, away)


def _next(able: Sequence[UUID], own: Collection[UUID], taken: Mapping[UUID, int]) -> list[UUID]:
    free = [one for one in able if one not in own] or list(able)
    return sorted(free, key=lambda one: taken.get(one, -1))[:1]
