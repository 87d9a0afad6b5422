"""The order of steps, and the circles that forbid one."""

from collections import deque

from studio.runtime.checks.outline import Outline


def topological(outline: Outline) -> tuple[tuple[str, ...], list[str]]:
    """(keys so that every edge points forwards, the steps of one circle or nothing).

    Steps of one rank keep the document's order. A body's steps come behind their loop.
    """
    open_edges = dict.fromkeys(outline.steps, 0)
    behind: dict[str, list[str]] = {key: [] for key in outline.steps}
    for source, target in _arrows(outline):
        behind[source].append(target)
        open_edges[target] += 1
    ready = deque(key for key, count in open_edges.items() if count == 0)
    order: list[str] = []
    while ready:
        key = ready.popleft()
        order.append(key)
        for target in behind[key]:
            open_edges[target] -= 1
            if open_edges[target] == 0:
                ready.append(target)
    left = {key for key, count in open_edges.items() if count > 0}
    return tuple(order), _circle(behind, left, outline.index)


def _arrows(outline: Outline) -> list[tuple[str, str]]:
    edges = {(edge.source, edge.target) for edges in outline.out.values() for edge in edges}
    nested = {
        (step.parent, step.key)
        for step in outline.steps.values()
        if step.parent in outline.steps and step.parent != step.key
    }
    rank = outline.index
    return sorted(edges | nested, key=lambda arrow: (rank[arrow[0]], rank[arrow[1]]))


def _circle(behind: dict[str, list[str]], left: set[str], rank: dict[str, int]) -> list[str]:
    """One circle among steps of which each has a way in that never opens, the document's first step first."""
    if not left:
        return []
    ahead: dict[str, str] = {}
    for key in left:
        for target in behind[key]:
            if target in left:
                ahead[target] = key
    here, seen = next(iter(sorted(left))), list[str]()
    while here not in seen:
        seen.append(here)
        here = ahead[here]
    circle = seen[seen.index(here) :][::-1]
    first = min(range(len(circle)), key=lambda place: rank[circle[place]])
    return circle[first:] + circle[:first]
