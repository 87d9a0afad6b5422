"""What a step gives where only its workspace says it, such as an operation of an API that was described to it.

A package whose node types give such things says how they are found; whoever helps to fill in fields asks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Given:
    """A step's output."""

    schema: Mapping[str, Any]
    """JSON Schema."""
    sample: Any
    """One that fits it."""


Finder = Callable[[UnitOfWork, Mapping[str, Any]], Given | None]
"""A raw config in, which may be half-written; None: no more is known than the node type itself says."""
_finders: dict[str, Finder] = {}


def register(node_type: str, finder: Finder) -> None:
    """Say how the outputs of a node type are found. Called at the start of every process."""
    _finders[node_type] = finder


def of(uow: UnitOfWork, steps: Iterable[tuple[str, str, Mapping[str, Any]]]) -> dict[str, Given]:
    """What is known by step; a step is its key, its node type and its raw config."""
    found = {}
    for key, node_type, config in steps:
        finder = _finders.get(node_type)
        given = finder(uow, config) if finder is not None else None
        if given is not None:
            found[key] = given
    return found
