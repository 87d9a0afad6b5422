"""Why a run did not come to a step: where on the ways there it turned off. Pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.contract.graph import BODY_PORT
from studio.runtime.document import Document, Link
from studio.runtime.history.tallies import Tally

MOST = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """What happened on one way."""

    kind: Literal["other_way", "no_items", "failed", "ended", "going", "other_start", "nothing"]
    """`other_way`: the step went on by another port. `no_items`: a loop with nothing to go through. `ended`, `going`:
    the run ended, or is, before that step let it on. `other_start`: only another trigger leads there.
    """
    step: str
    """Where."""
    port: str = ""
    """Of the connection that leads to what did not run."""
    left_by: tuple[str, ...] = ()
    """The ports that it took instead."""


def why(document: Document, tallies: Mapping[str, Tally], key: str, *, ended: bool) -> list[Reason]:
    """Nearest first, MOST of them; empty for a step that began. `ended`: nothing more will happen."""
    if key in tallies:
        return []
    into: dict[str, list[Link]] = {step.key: [] for step in document.nodes}
    for edge in document.edges:
        if edge.target in into and edge.source in into:
            into[edge.target].append(edge)
    found, seen, queue = dict[tuple[str, str], Reason](), {key}, deque([key])
    while queue and len(found) < MOST:
        current = queue.popleft()
        if not into.get(current):
            one = Reason("nothing" if current == key else "other_start", current)
            found.setdefault((one.kind, one.step), one)
        for edge in into.get(current, ()):
            if edge.source in tallies:
                one = _turned(edge, tallies[edge.source], ended=ended)
                found.setdefault((one.kind, one.step), one)
            elif edge.source not in seen:
                seen.add(edge.source)
                queue.append(edge.source)
    return list(found.values())[:MOST]


def _turned(edge: Link, source: Tally, *, ended: bool) -> Reason:
    left = tuple(port for port in source.ports if port != edge.port)
    if edge.port == BODY_PORT and source.ports:
        return Reason("no_items", edge.source, edge.port)
    if left and not source.ports[edge.port]:
        return Reason("other_way", edge.source, edge.port, left)
    if source.states["failed"] and not source.ports:
        return Reason("failed", edge.source, edge.port)
    return Reason("ended" if ended else "going", edge.source, edge.port)
