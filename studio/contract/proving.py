"""Who proves a workflow's gates: through a port, so that whoever publishes workflows need not know policies."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studio.contract.graph import Graph
from studio.contract.node import NodeType
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Inserted:
    """A step that would close the gap, put right before what is protected."""

    type: str
    port: str
    """The one that leads on."""
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gap:
    """A way to something protected that misses what its policies ask for."""

    node: str
    message: str
    """What is missing, in a sentence."""
    path: tuple[str, ...]
    """Steps from a trigger to the protected one, both included."""
    gate: Inserted | None = None
    """None: no step of today meets it."""


Prover = Callable[[UnitOfWork, Graph, Mapping[str, type[NodeType]]], Iterable[Gap]]
"""Unit of the workspace, compiled graph, and the types of its steps in; every gap out."""
_joined: list[Prover] = []


def join(prover: Prover) -> None:
    """Say who proves, wherever workflows are checked and published."""
    _joined[:] = [prover]


def gaps(uow: UnitOfWork, graph: Graph, types: Mapping[str, type[NodeType]]) -> list[Gap]:
    """Every gap. Raises RuntimeError where nobody was joined: nothing is published unproved."""
    if not _joined:
        message = "Nobody was joined to prove the gates of a workflow."
        raise RuntimeError(message)
    return list(_joined[0](uow, graph, types))
