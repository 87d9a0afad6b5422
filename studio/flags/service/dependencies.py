"""Pure: flags that have to be on before others."""

from collections.abc import Collection, Mapping

Graph = Mapping[str, Collection[str]]
"""Key of a flag → keys of those that it depends on."""


def cycle(graph: Graph, start: str) -> list[str]:
    """Keys by which a flag would depend on itself, beginning and ending with it; empty: it does not."""
    stack, seen = [(start, [start])], set[str]()
    while stack:
        here, way = stack.pop()
        for parent in graph.get(here, ()):
            if parent == start:
                return [*way, parent]
            if parent not in seen:
                seen.add(parent)
                stack.append((parent, [*way, parent]))
    return []


def dependants(graph: Graph, key: str) -> list[str]:
    """Those that depend on a flag themselves, sorted."""
    return sorted(one for one, parents in graph.items() if key in parents)
