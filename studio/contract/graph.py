"""A workflow version, compiled: what decide() and the executor walk. Plain frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR_PORT = "error"
"""Every step that can fail has this port; without an edge from it, a failure ends the run."""
BODY_PORT = "each"
"""From a loop to the first steps of its body."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long a failing step is tried again."""

    attempts: int = 1
    """All attempts together; 1 = never again."""
    base_s: float = 2.0
    """Ceiling of the first pause; doubled each time, full jitter below it."""
    max_s: float = 600.0
    """Longest pause."""


@dataclass(frozen=True, slots=True)
class Join:
    """When a step with several incoming edges starts."""

    mode: str
    """`all`: every branch that was taken has arrived. `any`: the first arrival. `count`: `count` arrivals."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a version."""

    key: str
    type: str
    version: int
    name: str
    config: Mapping[str, Any]
    parent: str | None = None
    """The loop whose body this step stands in; None at the top."""
    retry: Retry = field(default_factory=Retry)
    timeout_s: float | None = None
    """Longest one attempt may take; None: the node type's own."""
    checkpoint: bool = False
    """Commit this step before the next begins, although it has no effect."""
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """From a port of one node to another node."""

    source: str
    port: str
    target: str


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run may cost before it is stopped."""

    steps: int = 10_000
    seconds: float = 86_400.0 * 60
    """From acceptance to the end, waits included; it begins anew whenever people, or another run, have answered."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A compiled version: nodes by key and the edges both ways, ready to walk."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    out: Mapping[tuple[str, str], tuple[str, ...]]
    """(node, port) → the nodes behind it, in the document's order."""
    into: Mapping[str, tuple[tuple[str, str], ...]]
    """node → the (node, port) pairs that lead to it."""
    leaving: Mapping[str, tuple[tuple[str, str], ...]]
    """node → the (port, target) pairs that leave it, in the document's order."""
    children: Mapping[str, tuple[str, ...]]
    """loop → the steps of its body."""
    order: tuple[str, ...]
    """All keys so that every edge points forwards."""
    budget: Budget = field(default_factory=Budget)

    def ports_used(self, key: str) -> tuple[str, ...]:
        """The ports of a node that lead somewhere."""
        return tuple(dict.fromkeys(edge.port for edge in self.edges if edge.source == key))


def build(nodes: list[Node], edges: list[Edge], order: tuple[str, ...], budget: Budget) -> Graph:
    """Index nodes and edges. `order` is a topological order of the keys."""
    out: dict[tuple[str, str], list[str]] = {}
    into: dict[str, list[tuple[str, str]]] = {node.key: [] for node in nodes}
    leaving: dict[str, list[tuple[str, str]]] = {node.key: [] for node in nodes}
    children: dict[str, list[str]] = {}
    for edge in edges:
        leaving[edge.source].append((edge.port, edge.target))
        out.setdefault((edge.source, edge.port), []).append(edge.target)
        into[edge.target].append((edge.source, edge.port))
    for node in nodes:
        if node.parent is not None:
            children.setdefault(node.parent, []).append(node.key)
    return Graph(
        nodes={node.key: node for node in nodes},
        edges=tuple(edges),
        out={key: tuple(targets) for key, targets in out.items()},
        into={key: tuple(pairs) for key, pairs in into.items()},
        leaving={key: tuple(pairs) for key, pairs in leaving.items()},
        children={key: tuple(keys) for key, keys in children.items()},
        order=order,
        budget=budget,
    )
