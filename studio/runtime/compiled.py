"""A published version, ready to run: compiled once and kept, since versions never change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from studio.contract.graph import Graph
from studio.contract.node import NodeType
from studio.expressions import Scope


class Resolver(Protocol):
    """Turns one step's raw config into the Config that its node sees. Made by runtime.compile."""

    def resolve(self, scope: Scope) -> BaseModel:
        """Evaluate and validate. Raises runtime.compile.ConfigError."""
        ...

    def plain(self, config: BaseModel) -> dict[str, Any]:
        """What history keeps of it: no secrets."""
        ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """Everything that a run of one version needs besides its own data."""

    version_id: UUID
    workflow_id: UUID
    workflow_name: str
    number: int
    graph: Graph
    types: Mapping[str, NodeType]
    """An instance of its node type for each step."""
    resolvers: Mapping[str, Resolver]
    workspace: Mapping[str, Any]
    """The root `workspace` of expressions: name, currency, time_zone, locale."""
    title: Callable[[Scope], str] = field(default=lambda _scope: "")
    """A run's title, from its data."""
    published_by: UUID | None = None
    """Who published it; None: a draft, or nobody who is known."""
    edited_by: UUID | None = None
    """Who last changed what it does; whoever published it, where that is not known."""
    lasting: bool = False
    """One of its steps leaves something that outlives the step: somebody hears of each run's end."""
