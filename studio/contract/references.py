"""Things of a workspace that workflows name: what a step names, whether it is there, and who names it.

A package that owns such a thing says how one is found; the package that owns workflows says who names one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from studio.core.unit_of_work import UnitOfWork

TARGET = "protected target"
"""The kind of what policies stand before, by its key."""


class Reference(NamedTuple):
    """One thing that a step names."""

    field: str
    """The path below the step, such as `config.due_in.calendar`."""
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a reference leads nowhere."""

    code: str
    message: str
    warning: bool = False
    """It may come to be there before a run asks for it, so that a workflow may be published without."""


Lookup = Callable[[UnitOfWork, str], Missing | None]
Users = Callable[[UnitOfWork, str, str], list[str]]
Named = Callable[[UnitOfWork, str], Iterable[tuple[str, str]]]
"""A kind in; name of a thing and of a workflow that names it out."""
Check = Callable[[UnitOfWork, str, Mapping[str, Any]], Iterable[tuple[str, Missing]]]
"""Node type and raw config in; what is wrong with it in this workspace out, each with its path below the step."""
_checks: dict[str, Check] = {}
_lookups: dict[str, Lookup] = {}
_users: dict[str, Users] = {}
_named: dict[str, Named] = {}


def register(kind: str, lookup: Lookup) -> None:
    """Say how things of a kind are found by name. Called at the start of every process."""
    _lookups[kind] = lookup


def register_users(where: str, users: Users) -> None:
    """Say who names a thing, such as in drafts: kind and name in, names of workflows out."""
    _users[where] = users


def register_named(where: str, named: Named) -> None:
    """Say what all things of a kind are named by, for lists of them: each document is read once."""
    _named[where] = named


def register_check(name: str, check: Check) -> None:
    """Look at steps for what no single name says, such as how many people there are behind several."""
    _checks[name] = check


def found(uow: UnitOfWork, node_type: str, config: Mapping[str, Any]) -> Iterator[tuple[str, Missing]]:
    """What is wrong with a step's config beyond its references."""
    for check in _checks.values():
        yield from check(uow, node_type, config)


def missing(uow: UnitOfWork, reference: Reference) -> Missing | None:
    """None where it leads somewhere. A kind that nobody looks after is none of a workspace's things."""
    lookup = _lookups.get(reference.kind)
    return lookup(uow, reference.name) if lookup else None


def users(uow: UnitOfWork, kind: str, name: str) -> list[str]:
    """The workflows that name a thing, in their draft or in the version that triggers start; sorted."""
    return sorted({found for each in _users.values() for found in each(uow, kind, name)})


def users_of_all(uow: UnitOfWork, kind: str) -> dict[str, list[str]]:
    """For each thing of a kind that workflows name, small letters: their names, sorted."""
    found: dict[str, set[str]] = {}
    for each in _named.values():
        for name, workflow in each(uow, kind):
            found.setdefault(name.casefold(), set()).add(workflow)
    return {name: sorted(workflows) for name, workflows in found.items()}
