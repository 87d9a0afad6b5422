"""Which steps come before a step, and which of them have certainly run when it starts."""

from studio.contract.graph import BODY_PORT, ERROR_PORT
from studio.runtime.checks.order import topological
from studio.runtime.checks.outline import Outline
from studio.runtime.checks.structure import join_rule, reachable

Fact = tuple[str, str | None]
"""(step, None): it has run. (step, port): it left by this port."""


class Certainty:
    """Answers for one document, computed once."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._order, _ = topological(outline)
        self._facts: dict[str, frozenset[Fact]] | None = None
        self._before: dict[str, dict[str, frozenset[str]]] = {}

    def before(self, key: str) -> dict[str, frozenset[str]]:
        """Earlier step → its ports that lead here. A loop around the step is passed, not counted."""
        known = self._before.get(key)
        if known is None:
            known = self._before[key] = self._walk_back(key)
        return known

    def certain(self, key: str) -> frozenset[str]:
        """Earlier steps that have run whichever way the run took to this one."""
        facts = set(self._all_facts().get(key, frozenset()))
        earlier = self.before(key)
        if not self._may_overtake(key, earlier):
            self._close(facts, earlier)
        return frozenset(step for step, port in facts if port is None and step in earlier)

    def _walk_back(self, key: str) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        seen, work = {key}, [key]
        while work:
            for edge in self._outline.into[work.pop()]:
                entered = edge.port == BODY_PORT and self._outline.is_loop(edge.source)
                if not entered:
                    found.setdefault(edge.source, set()).add(edge.port)
                if edge.source not in seen:
                    seen.add(edge.source)
                    work.append(edge.source)
        return {step: frozenset(ports) for step, ports in found.items()}

    def _all_facts(self) -> dict[str, frozenset[Fact]]:
        """What every way to a step has in common. Ways that no trigger opens do not count."""
        if self._facts is None:
            self._facts = {}
            reached = reachable(self._outline)
            for key in self._order:
                ways = [
                    self._facts[edge.source] | {(edge.source, None), (edge.source, edge.port)}
                    for edge in self._outline.into[key]
                    if edge.source in reached and edge.source in self._facts
                ]
                self._facts[key] = frozenset.intersection(*ways) if ways else frozenset()
        return self._facts

    def _may_overtake(self, key: str, earlier: dict[str, frozenset[str]]) -> bool:
        """Whether some join on the way starts before all its branches have settled."""
        rules = (join_rule(self._outline, step) for step in (key, *earlier))
        return any(rule is not None and rule[0] != "all" for rule in rules)

    def _close(self, facts: set[Fact], earlier: dict[str, frozenset[str]]) -> None:
        """Branches that start together: where one has run, so have the others that lead here."""
        work = list(facts)
        while work:
            step, port = work.pop()
            if port is None:
                only = self._only_port(step)
                new: list[Fact] = [(step, only)] if only is not None else []
            else:
                targets = {edge.target for edge in self._outline.out[step] if edge.port == port}
                new = [(target, None) for target in targets if target in earlier]
            for fact in new:
                if fact not in facts:
                    facts.add(fact)
                    work.append(fact)

    def _only_port(self, key: str) -> str | None:
        """The one port a step can leave by without ending the run; None where there are several."""
        ports = [port for port in self._outline.ports(key) if port not in (ERROR_PORT, BODY_PORT)]
        routed = any(edge.port == ERROR_PORT for edge in self._outline.out[key])
        return ports[0] if len(ports) == 1 and not routed else None
