"""Which steps come before a step, and which of them have certainly run when it starts."""

from collections.abc import Iterator

from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import join_rule, reachable
from studio.runtime.document import Link

Fact = tuple[str, str | None]
"""(step, None): it has run. (step, port): it left by this port."""


class Certainty:
    """Answers for one document.

    What every way to a step has in common is a chain of facts, the nearest first (a dominator tree), so a document of
    a thousand steps costs a thousand links and not a million.
    """

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._order, _ = topological(outline)
        self._before: dict[str, frozenset[str]] = {}
        self._above: dict[Fact, Fact | None] = {}
        self._depth: dict[Fact, int] = {}
        self._hasty = any((join_rule(outline, key) or ("all", 1))[0] != "all" for key in outline.steps)
        self._reached = reachable(outline)
        self._grow(self._reached)

    def before(self, key: str) -> frozenset[str]:
        """Earlier steps. A loop around the step is passed, not counted."""
        known = self._before.get(key)
        if known is None:
            known = self._before[key] = self._walk_back(key)
        return known

    def ports_to(self, step: str, key: str) -> frozenset[str]:
        """The ports of an earlier step by which a run may get here."""
        behind = self.before(key) | self._around(key) | {key}
        return frozenset(edge.port for edge in self._outline.out[step] if edge.target in behind)

    def has_run(self, step: str, key: str) -> bool:
        """Whether an earlier step has run whichever way the run took to this one."""
        if any(fact == (step, None) for fact in self._chain(key)):
            return True
        return not self._hasty and step in self._together(set(self._chain(key)), self.before(key))

    def has_start(self, key: str) -> bool:
        """Whether some trigger leads to a step."""
        return key in self._reached

    def before_way(self, way: tuple[str, str]) -> frozenset[Fact]:
        """What holds whenever a run leaves a step by a port, this included."""
        found: set[Fact] = set()
        fact: Fact | None = way
        while fact is not None:
            found.add(fact)
            fact = self._above.get(fact)
        return frozenset(found)

    def is_asked_for(self, key: str) -> bool:
        """Whether a run comes to a step only where some step before it decided so, one that has several ways out."""
        return any(port is not None and self._decides(step, port) for step, port in self._chain(key))

    def _decides(self, step: str, port: str) -> bool:
        if self._outline.is_loop(step):
            return False
        return port == ERROR_PORT or sum(one != ERROR_PORT for one in self._outline.ports(step)) > 1

    def _around(self, key: str) -> set[str]:
        """The loops whose bodies the step stands in."""
        found, loop = set[str](), self._outline.steps[key].parent
        while loop is not None and loop in self._outline.steps and loop not in found:
            found.add(loop)
            loop = self._outline.steps[loop].parent
        return found

    def _walk_back(self, key: str) -> frozenset[str]:
        found, seen, work = set[str](), {key}, [key]
        while work:
            for edge in self._outline.into[work.pop()]:
                if not self._enters(edge):
                    found.add(edge.source)
                if edge.source not in seen:
                    seen.add(edge.source)
                    work.append(edge.source)
        return frozenset(found)

    def _enters(self, edge: Link) -> bool:
        return edge.port == BODY_PORT and self._outline.is_loop(edge.source)

    def _grow(self, reached: set[str]) -> None:
        """Hang each step below what all ways to it share. Ways that no trigger opens do not count."""
        for key in self._order:
            ways = [(edge.source, edge.port) for edge in self._outline.into[key] if edge.source in reached]
            shared: Fact | None = ways[0] if ways else None
            for way in ways:
                self._hang(way, (way[0], None))
            for way in ways[1:]:
                shared = self._common(shared, way)
            self._hang((key, None), shared)

    def _hang(self, fact: Fact, above: Fact | None) -> None:
        self._above[fact] = above
        self._depth[fact] = self._depth.get(above, 0) + 1 if above is not None else 0

    def _common(self, one: Fact | None, other: Fact | None) -> Fact | None:
        while one != other:
            if one is None or other is None:
                return None
            if self._depth[one] >= self._depth[other]:
                one = self._above[one]
            else:
                other = self._above[other]
        return one

    def _chain(self, key: str) -> Iterator[Fact]:
        """What holds whenever the step starts, the nearest first."""
        fact = self._above.get((key, None))
        while fact is not None:
            yield fact
            fact = self._above.get(fact)

    def _together(self, facts: set[Fact], earlier: frozenset[str]) -> set[str]:
        """Branches that start together: where one has run, so have the others that lead here."""
        work = list(facts)
        while work:
            step, port = work.pop()
            following: list[Fact] = []
            if port is not None:
                targets = {edge.target for edge in self._outline.out[step] if edge.port == port}
                following = [(target, None) for target in targets if target in earlier]
            elif (only := self._only_port(step)) is not None:
                following = [(step, only)]
            work += [fact for fact in following if fact not in facts]
            facts.update(following)
        return {step for step, port in facts if port is None}

    def _only_port(self, key: str) -> str | None:
        """The one port a step can leave by without ending the run; None where there are several."""
        ports = [port for port in self._outline.ports(key) if port not in (ERROR_PORT, BODY_PORT)]
        routed = any(edge.port == ERROR_PORT for edge in self._outline.out[key])
        return ports[0] if len(ports) == 1 and not routed else None
