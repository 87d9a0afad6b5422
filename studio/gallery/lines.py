"""The lines of three documents into one. Pure.

A port that both sides took a line away from, or drew the first one from, and then lead differently, is disputed: the
draft's lines stay, as in its fields, for two ways at once is what neither side meant. Where both only added ways beside
those that were there, all of them stay.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from studio.runtime.document import Document

Edge = tuple[str, str, str]
Port = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Disputed:
    """A port that both sides lead from differently: where to, by the names of steps; nothing for nowhere."""

    step: str
    port: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]


def merged_lines(
    base: Document, mine: Document, theirs: Document, there: Collection[str]
) -> tuple[list[Edge], tuple[Disputed, ...]]:
    """Lines between the steps that are `there` afterwards, and the ports that are disputed, in the draft's order."""
    was, own, new = (_edges(document) for document in (base, mine, theirs))
    cut, drawn = set(was) - set(new), [edge for edge in new if edge not in set(was)]
    disputed = _disputed(was, own, new)
    found = dict.fromkeys(
        [edge for edge in own if edge not in cut or edge[:2] in disputed]
        + [edge for edge in drawn if edge[:2] not in disputed]
    )
    names = {step.key: step.name for document in (theirs, mine) for step in document.nodes}

    def told(edges: Iterable[Edge], port: Port) -> tuple[str, ...]:
        return tuple(names[edge[2]] for edge in edges if edge[:2] == port and edge[2] in there)

    ports = [Disputed(*port, told(own, port), told(new, port)) for port in disputed if port[0] in there]
    kept = [edge for edge in found if edge[0] in there and edge[2] in there]
    return kept, tuple(one for one in ports if set(one.mine) != set(one.theirs))


def _edges(document: Document) -> list[Edge]:
    return [(edge.source, edge.port, edge.target) for edge in document.edges]


def _disputed(was: list[Edge], own: list[Edge], new: list[Edge]) -> list[Port]:
    """Ports of which both sides changed the same line, or drew the first one, and not alike."""
    before, here, there = (_by_port(edges) for edges in (was, own, new))
    found = []
    for port in dict.fromkeys([*here, *there, *before]):
        old, mine, theirs = (one.get(port, frozenset()) for one in (before, here, there))
        same_line = (old - mine) & (old - theirs) or not old
        if same_line and old not in (mine, theirs) and mine - old != theirs - old:
            found.append(port)
    return found


def _by_port(edges: list[Edge]) -> dict[Port, frozenset[str]]:
    found: dict[Port, set[str]] = {}
    for source, port, target in edges:
        found.setdefault((source, port), set()).add(target)
    return {port: frozenset(targets) for port, targets in found.items()}
