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
    answer: str = ""
    """The key of an answer of its own: then it neither approves nor declines."""

    @property
    def declines(self) -> bool:
        """Says no."""
        return not self.approves and not self.answer


class Standing(StrEnum):
    """Where a stage stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    ANSWERED = "answered"
    """Enough have given the same answer of its own."""
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
    answer: str = ""
    """The key that `answered` is about."""


def count(stage: Stage, ballots: Iterable[Ballot], able: Mapping[UUID, frozenset[UUID]]) -> Tally:
    """Where a stage stands. `able`: who may still vote, by the place that they would fill."""
    given = [one for one in ballots if one.place in stage.places]
    against = {one.person for one in given if one.declines}
    parts = tuple(_progress(part, given) for part in stage.parts)
    standing = _standing(stage, parts, given, against, able)
    answer = _answered(stage, given)
    if answer and standing not in (Standing.APPROVED, Standing.DECLINED):
        return Tally(Standing.ANSWERED, parts, len(against), answer)
    return Tally(standing, parts, len(against))


def _answered(stage: Stage, given: list[Ballot]) -> str:
    """The answer that every part has given as often as it has to agree; the first one, where there were several."""
    keys = dict.fromkeys(one.answer for one in given if one.answer)
    enough = (key for key in keys if all(len(_said(part, given, key)) >= part.required for part in stage.parts))
    return next(enough, "")


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
    keys = {one.answer for one in given if one.answer}
    if not short or any(all(_most(part, given, able, key) >= part.required for part in stage.parts) for key in keys):
        return Standing.OPEN
    lost = all(_most(one.part, given, able) + len(_declined(one.part, given)) >= one.need for one in short)
    return Standing.DECLINED if lost else Standing.UNREACHABLE


def _agreed(part: Part, given: list[Ballot]) -> set[UUID]:
    return {one.person for one in given if one.approves and one.place in part.places}


def _declined(part: Part, given: list[Ballot]) -> set[UUID]:
    return {one.person for one in given if one.declines and one.place in part.places}


def _said(part: Part, given: list[Ballot], answer: str) -> set[UUID]:
    return {one.person for one in given if one.answer == answer and one.place in part.places}


def _most(part: Part, given: list[Ballot], able: Mapping[UUID, frozenset[UUID]], answer: str = "") -> int:
    """How many distinct people can have agreed to a part, or given an answer, at best: each in a place of their own.

    Whoever has said otherwise will not say so in another's place either.
    """
    said = _said(part, given, answer) if answer else _agreed(part, given)
    out = said | {one.person for one in given if not (one.answer == answer if answer else one.approves)}
    filled: dict[UUID, UUID] = {}
    """Person by place, as many as there can be."""
    free = {place: able.get(place, frozenset()) - out for place in part.places}
    for person in frozenset[UUID]().union(*free.values()):
        _seat(person, free, filled, set())
    return len(said) + len(filled)


def _seat(person: UUID, free: Mapping[UUID, frozenset[UUID]], filled: dict[UUID, UUID], seen: set[UUID]) -> bool:
    """Find a place for one more, moving others where that helps (augmenting paths of a bipartite matching)."""
    for place in free:
        if person in free[place] and place not in seen:
            seen.add(place)
            if place not in filled or _seat(filled[place], free, filled, seen):
                filled[place] = person
                return True
    return False
