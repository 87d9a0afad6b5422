"""Who judges what a run is about to do: through a port, so that whoever executes need not know policies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studio.contract.node import NodeType
from studio.contract.results import Fail
from studio.core.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Passed:
    """A step before it on the way, behind which the run has gone on."""

    type: type[NodeType]
    config: Mapping[str, Any]
    """As it was published."""
    port: str
    output: Any


@dataclass(frozen=True, slots=True)
class Doing:
    """A step that is about to have its effect."""

    type: type[NodeType]
    config: Mapping[str, Any]
    """With the data of this run."""
    passed: Callable[[UnitOfWork], Sequence[Passed]]
    """The gates that this run has really passed on its way there; read at the call."""


Judge = Callable[[UnitOfWork, Doing], Fail | None]
"""Unit of the workspace and what is about to happen in; why it must not, out. None: it may."""
