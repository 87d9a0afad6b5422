"""Which steps of a run may still be performed: what is under way, and everything behind it."""

from collections.abc import Collection

from studio.contract.graph import Graph


def ahead(
    graph: Graph, trigger: str, begun: Collection[str], unfinished: Collection[str], taken: Collection[tuple[str, str]]
) -> tuple[str, ...]:
    """Keys in the graph's order.

    `begun`: nodes that have a step. `unfinished`: those of them whose step has not ended. `taken`: (node, port) pairs
    behind which the run went on. A run that has begun nothing has everything behind its trigger before it.
    """
    if not begun:
        return _behind(graph, [target for _, target in graph.leaving[trigger]])
    next_up = [target for port in taken for target in graph.out.get(port, ()) if target not in begun]
    return _behind(graph, [*unfinished, *next_up])


def _behind(graph: Graph, first: list[str]) -> tuple[str, ...]:
    found, left = set(first), list(first)
    while left:
        for _, target in graph.leaving[left.pop()]:
            if target not in found:
                found.add(target)
                left.append(target)
    return tuple(key for key in graph.order if key in found)
