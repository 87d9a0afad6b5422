"""Who decides, and how many of them: a rule as it stood when people were asked, and its JSON.

Stages follow one another. Every part of a stage has to agree; a part is people or groups, of whom as many have to
agree as its need says. Pure: no I/O.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

VERSION = 2
ADDED, APPLIED = "added", "applied"
"""Beside a stored rule: what asked has added stages; how often what is now was applied to it."""


class Kind(StrEnum):
    """How a need counts."""

    ANY = "any"
    """One of them."""
    ALL = "all"
    COUNT = "count"
    """At least `n` of them."""
    PERCENT = "percent"
    """At least `n` per cent of them, rounded up."""


class Changes(StrEnum):
    """What asking for changes does."""

    END = "end"
    """It ends the request."""
    WAIT = "wait"
    """A new version is awaited; the deadline stands still."""


class Stale(StrEnum):
    """What a new version does to what was said of earlier ones."""

    ALL = "all"
    """Everybody is asked again, from the first stage on."""
    KEEP = "keep"
    """It goes on counting."""


@dataclass(frozen=True, slots=True)
class Need:
    """How many of some people."""

    kind: Kind = Kind.ANY
    n: int = 1

    def of(self, people: int) -> int:
        """As a number of distinct people out of so many: at least one, and never fewer than was asked for."""
        match self.kind:
            case Kind.ANY:
                return 1
            case Kind.ALL:
                return max(1, people)
            case Kind.COUNT:
                return max(1, self.n)
            case Kind.PERCENT:
                return max(1, -(-people * self.n // 100))


@dataclass(frozen=True, slots=True)
class Name:
    """A person or a group as the rule names it, for people to read."""

    kind: str
    """`user`, `group` or `schedule`."""
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """People of whom some have to agree."""

    names: tuple[Name, ...]
    people: frozenset[UUID]
    """Whose place it is in. Fixed at the start."""
    need: Need = Need()
    owns: str = ""
    """What they own of it, for people to read, where they are asked for that."""
    joined: frozenset[UUID] = frozenset()
    """Places that an escalation has added. They are filled as the others are; the need stays as it was."""
    groups: tuple[tuple[UUID, frozenset[UUID]], ...] = ()
    """Who of `people` came through which group. Empty also where it was asked before that was remembered."""
    themselves: frozenset[UUID] = frozenset()
    """Who of `people` is named without a group."""

    @property
    def required(self) -> int:
        """Distinct people who have to agree."""
        return self.need.of(len(self.people))

    @property
    def places(self) -> frozenset[UUID]:
        """All that count in it."""
        return self.people | self.joined


@dataclass(frozen=True, slots=True)
class Stage:
    """Parts that all have to agree."""

    parts: tuple[Part, ...]
    name: str = ""
    """For people to read; may be empty."""
    declines: int = 1
    """Distinct people whose decline ends the request."""
    left: frozenset[UUID] = frozenset()
    """Places of people who have left a group since they were asked: they no longer count."""

    @property
    def people(self) -> frozenset[UUID]:
        """Everybody whose place is in it."""
        return frozenset[UUID]().union(*(part.people for part in self.parts))

    @property
    def places(self) -> frozenset[UUID]:
        """All that count in it: those of its people, and those that an escalation has added."""
        return frozenset[UUID]().union(*(part.places for part in self.parts))


@dataclass(frozen=True, slots=True)
class Rule:
    """The whole of it."""

    stages: tuple[Stage, ...]
    exclude_roles: frozenset[str] = frozenset()
    """Roles whose people must not decide."""
    changes: Changes = Changes.END
    stale: Stale = Stale.ALL
    barred: frozenset[UUID] = frozenset()
    """People who must not decide, beside whoever asked."""
    more: bool = False
    """What asked may add a stage once all of these have agreed."""
    proof: bool = False
    """Whoever approves proves once more who they are."""

    def ended(self, stage: int, place: UUID) -> bool:
        """Whether a place no longer counts, since what is now was applied to it: its person, or its stage, is gone."""
        return stage >= len(self.stages) or place in self.stages[stage].left

    @property
    def plain(self) -> bool:
        """Any one of some people decides, alone."""
        [first, *later] = self.stages
        return not later and len(first.parts) == 1 and first.parts[0].required == first.declines == 1


def joined(rule: Rule, places: Iterable[tuple[int, UUID]]) -> Rule:
    """With the places that an escalation has added: those, by stage, that are nobody's whom the rule names.

    They count in every part of their stage.
    """
    added: dict[int, set[UUID]] = {}
    for index, place in places:
        if index < len(rule.stages) and place not in rule.stages[index].people | rule.stages[index].left:
            added.setdefault(index, set()).add(place)
    if not added:
        return rule
    stages = list(rule.stages)
    for index, more in added.items():
        parts = (replace(part, joined=frozenset(more)) for part in stages[index].parts)
        stages[index] = replace(stages[index], parts=tuple(parts))
    return replace(rule, stages=tuple(stages))


def to_json(rule: Rule) -> dict[str, Any]:
    """As it is stored beside the request."""
    return {
        "v": VERSION,
        "stages": [_stage_json(stage) for stage in rule.stages],
        "exclude_roles": sorted(rule.exclude_roles),
        "changes": rule.changes.value,
        "stale": rule.stale.value,
        "more": rule.more,
        **({"proof": True} if rule.proof else {}),
        "barred": sorted(str(one) for one in rule.barred),
    }


def from_json(stored: Mapping[str, Any], places: Collection[UUID] = ()) -> Rule:
    """Read it back. Rules of the first version name nobody by id: `places` are those who were asked."""
    if "any_of" in stored:
        names = tuple(Name(one["kind"], one["name"]) for one in stored["any_of"])
        return Rule((Stage((Part(names, frozenset(places)),)),))
    return _read(orjson.dumps(dict(stored)))


@lru_cache(maxsize=256)
def _read(written: bytes) -> Rule:
    """Thousands of requests at a time carry one rule, which is read several times of each: a rule never changes."""
    stored = orjson.loads(written)
    return Rule(
        stages=tuple(_stage(one) for one in stored["stages"]),
        exclude_roles=frozenset(stored["exclude_roles"]),
        changes=Changes(stored.get("changes", Changes.END)),
        stale=Stale(stored.get("stale", Stale.ALL)),
        more=bool(stored.get("more")),
        proof=bool(stored.get("proof")),
        barred=barred(stored),
    )


def barred(stored: Mapping[str, Any]) -> frozenset[UUID]:
    """Who must not decide, of a stored rule alone."""
    return frozenset(UUID(user_id) for user_id in stored.get("barred", ()))


def _stage_json(stage: Stage) -> dict[str, Any]:
    return {
        "name": stage.name,
        "parts": [
            {
                "need": {"kind": part.need.kind.value, "n": part.need.n},
                "names": [{"kind": one.kind, "name": one.name} for one in part.names],
                "people": sorted(str(one) for one in part.people),
                **({"owns": part.owns} if part.owns else {}),
                **(
                    {
                        "groups": {str(one): sorted(str(who) for who in some) for one, some in part.groups},
                        "themselves": sorted(str(one) for one in part.themselves),
                    }
                    if part.groups
                    else {}
                ),
            }
            for part in stage.parts
        ],
        "decline": {"kind": Kind.COUNT.value, "n": stage.declines},
        **({"left": sorted(str(one) for one in stage.left)} if stage.left else {}),
    }


def _stage(stored: Mapping[str, Any]) -> Stage:
    parts: Sequence[Mapping[str, Any]] = stored["parts"]
    return Stage(
        parts=tuple(
            Part(
                names=tuple(Name(name["kind"], name["name"]) for name in one["names"]),
                people=frozenset(UUID(user_id) for user_id in one["people"]),
                need=Need(Kind(one["need"]["kind"]), one["need"]["n"]),
                owns=one.get("owns", ""),
                groups=tuple((UUID(group), _ids(some)) for group, some in one.get("groups", {}).items()),
                themselves=_ids(one.get("themselves", ())),
            )
            for one in parts
        ),
        name=stored["name"],
        declines=stored["decline"]["n"],
        left=_ids(stored.get("left", ())),
    )


def _ids(stored: Iterable[str]) -> frozenset[UUID]:
    return frozenset(UUID(one) for one in stored)
