"""Things of a workspace that workflows name: what a step names, whether it is there, and who names it.

A package that owns such a thing says how one is found; the package that owns workflows says who names one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from studio.core.unit_of_work import UnitOfWork


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


Lookup = Callable[[UnitOfWork, str], Missing | None]
Users = Callable[[UnitOfWork, str, str], list[str]]
_lookups: dict[str, Lookup] = {}
_users: dict[str, Users] = {}


def register(kind: str, lookup: Lookup) -> None:
    """Say how things of a kind are found by name. Called at the start of every process."""
    _lookups[kind] = lookup


def register_users(where: str, users: Users) -> None:
    """Say who names a thing, such as in drafts: kind and name in, names of workflows out."""
    _users[where] = users


def missing(uow: UnitOfWork, reference: Reference) -> Missing | None:
    """None where it leads somewhere. A kind that nobody looks after is none of a workspace's things."""
    lookup = _lookups.get(reference.kind)
    return lookup(uow, reference.name) if lookup else None


def users(uow: UnitOfWork, kind: str, name: str) -> list[str]:
    """The workflows that name a thing, in their draft or in the version that triggers start; sorted."""
    return sorted({found for each in _users.values() for found in each(uow, kind, name)})
