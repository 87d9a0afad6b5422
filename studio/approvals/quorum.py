"""Whether enough people have agreed. Facts in, verdict and progress out; no I/O.

People are counted, not votes: whoever holds two places, or stands in two groups, counts once in each part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from studio.approvals.rule import Part, Stage


@dataclass(frozen=True, slots=True)
class Ballot:
    """One standing vote of a stage."""

    place: UUID
    """Whose place in the rule it fills."""
    person: UUID
    """Who gave it."""
    approves: bool


class Standing(StrEnum):
    """Where a stage stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    """Too few are left who may still agree, and not because they declined."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one part is."""

    part: Part
    have: int
    need: int

    @property
    def met(self) -> bool:
        """Enough have agreed."""
        return self.have >= self.need


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a stage is."""

    standing: Standing
    parts: tuple[Progress, ...]
    declines: int
    """Distinct people who declined."""


def count(stage: Stage, ballots: Iterable[Ballot], able: Mapping[UUID, frozenset[UUID]]) -> Tally:
    """Where a stage stands. `able`: who may still vote, by the place that they would fill."""
    given = [one for one in ballots if one.place in stage.people]
    against = {one.person for one in given if not one.approves}
    parts = tuple(_progress(part, given) for part in stage.parts)
    return Tally(_standing(stage, parts, given, against, able), parts, len(against))


def _progress(part: Part, given: list[Ballot]) -> Progress:
    return Progress(part, len(_agreed(part, given)), part.required)


def _standing(
    stage: Stage,
    parts: tuple[Progress, ...],
    given: list[Ballot],
    against: set[UUID],
    able: Mapping[UUID, frozenset[UUID]],
) -> Standing:
    if len(against) >= stage.declines:
        return Standing.DECLINED
    if all(part.met for part in parts):
        return Standing.APPROVED
    short = [one for one in parts if _most(one.part, given, able) < one.need]
    if not short:
        return Standing.OPEN
    lost = all(_most(one.part, given, able) + len(_declined(one.part, given)) >= one.need for one in short)
    return Standing.DECLINED if lost else Standing.UNREACHABLE


def _agreed(part: Part, given: list[Ballot]) -> set[UUID]:
    return {one.person for one in given if one.approves and one.place in part.people}


def _declined(part: Part, given: list[Ballot]) -> set[UUID]:
    return {one.person for one in given if not one.approves and one.place in part.people}


def _most(part: Part, given: list[Ballot], able: Mapping[UUID, frozenset[UUID]]) -> int:
    """How many distinct people can have agreed to a part at best, each of them in a place of their own.

    Whoever has declined will not agree in another's place either.
    """
    agreed = _agreed(part, given)
    out = agreed | {one.person for one in given if not one.approves}
    filled: dict[UUID, UUID] = {}
    """Person by place, as many as there can be."""
    free = {place: able.get(place, frozenset()) - out for place in part.people}
    for person in frozenset[UUID]().union(*free.values()):
        _seat(person, free, filled, set())
    return len(agreed) + len(filled)


def _seat(person: UUID, free: Mapping[UUID, frozenset[UUID]], filled: dict[UUID, UUID], seen: set[UUID]) -> bool:
    """Find a place for one more, moving others where that helps (augmenting paths of a bipartite matching)."""
    for place in free:
        if person in free[place] and place not in seen:
            seen.add(place)
            if place not in filled or _seat(filled[place], free, filled, seen):
                filled[place] = person
                return True
    return False
