"""Somebody leaves a workspace: each package says what of theirs it holds, and hands it over or ends it.

Whatever names a person by id belongs to exactly one part: a test walks all tables and demands it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a seat here."""

    id: UUID
    name: str
    email: str

    @property
    def refs(self) -> frozenset[str]:
        """What rules name them by, in lower case."""
        return frozenset({f"user:{self.id}", f"user:{self.email.lower()}", str(self.id), self.email.lower()})


@dataclass(frozen=True, slots=True)
class Leave:
    """Who leaves, and who gets what is handed over."""

    who: Somebody
    to: Somebody | None = None
    """None: what can be ended is ended."""
    fallback: Somebody | None = None
    """Gets what `to` may not take, such as what they asked for themselves."""


class Fate(StrEnum):
    """What becomes of something."""

    HANDED = "handed"
    ENDED = "ended"
    KEPT = "kept"
    """It belongs to the workspace and stays as it is; whoever plans should know of it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Some things of one kind that a person holds."""

    kind: str
    """Names the words by which it is shown."""
    count: int
    fate: Fate
    names: tuple[str, ...] = ()
    """The first few, as people know them."""
    problem: str = ""
    """Why nobody can leave like this, in words; empty: nothing stands in the way."""
    field: str = "to"
    """Whose choice would mend that: `to` or `fallback`."""


NAMES = 5
"""How many are named in a plan."""


class Part(Protocol):
    """What one package has to do with somebody who leaves."""

    name: str
    """Its package."""
    columns: Mapping[str, str]
    """What becomes of each column that names a person: `table.column`, and how or why it stays."""

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """What they hold now. Changes nothing and locks nothing."""
        ...

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Hand it over or end it, in the caller's transaction. Raises a StudioError where that cannot be done."""
        ...


@dataclass(slots=True)
class Kept:
    """The part of a package that only remembers who did what. Implements `Part`."""

    name: str
    columns: Mapping[str, str]

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Nothing is held."""
        del uow, leave
        return []

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Nothing is to be done."""


_parts: list[Part] = []


def join(parts: Iterable[Part]) -> None:
    """Say who has a part in it, in the order in which they are done, at the start of every process."""
    _parts[:] = parts


def parts() -> Sequence[Part]:
    """All of them, in order."""
    return tuple(_parts)


def fate(leave: Leave) -> Fate:
    """Of what goes to somebody where there is somebody, and else ends."""
    return Fate.HANDED if leave.to is not None else Fate.ENDED


def renamed(value: Any, leave: Leave) -> Any:
    """The same JSON with the heir where whoever leaves was named; without one, the name goes from its list."""
    if isinstance(value, Mapping):
        return {key: renamed(one, leave) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    found: list[Any] = []
    for one in value:
        if _means(one, leave.who):
            one = f"user:{leave.to.email}" if leave.to is not None else None  # noqa: PLW2901 - what it becomes
            if one is None or any(_means(other, leave.to) for other in value if leave.to is not None):
                continue
        else:
            one = renamed(one, leave)  # noqa: PLW2901 - the same, deeper
        if one not in found or not isinstance(one, str):
            found.append(one)
    return found


def _means(ref: Any, person: Somebody | None) -> bool:
    return isinstance(ref, str) and person is not None and ref.strip().lower() in person.refs
