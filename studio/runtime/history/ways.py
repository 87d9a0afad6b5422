"""Which connections a run went along, and which it did not. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.contract.graph import BODY_PORT
from studio.runtime.document import Document, Link
from studio.runtime.history.tallies import Tally

Way = tuple[str, str, str]
"""(from, port, to) of a connection."""
_SETTLED = frozenset({"succeeded", "failed", "cancelled", "skipped"})


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of one connection."""

    state: Literal["taken", "dead", "open"]
    """`dead`: the run did not go there and will not. `open`: it may yet."""
    times: int = 0


def ways(document: Document, tallies: Mapping[str, Tally], trigger: str, *, ended: bool) -> dict[Way, Passage]:
    """Every connection of the document. `ended`: nothing more will happen."""
    return _Ways(document, tallies, trigger, ended=ended).all()


class _Ways:
    """One document being walked; what is known of a step is found once, circles in a draft included."""

    def __init__(self, document: Document, tallies: Mapping[str, Tally], trigger: str, *, ended: bool) -> None:
        self._document, self._tallies, self._trigger, self._ended = document, tallies, trigger, ended
        self._into: dict[str, list[Link]] = {step.key: [] for step in document.nodes}
        self._parents = {step.key: step.parent for step in document.nodes}
        for edge in document.edges:
            if edge.target in self._into and edge.source in self._into:
                self._into[edge.target].append(edge)
        self._dead: dict[str, bool] = {}

    def all(self) -> dict[Way, Passage]:
        return {(edge.source, edge.port, edge.target): self._passage(edge) for edge in self._document.edges}

    def _passage(self, edge: Link) -> Passage:
        source, target = self._tallies.get(edge.source), self._tallies.get(edge.target)
        if source is not None:
            times = self._times(edge, source, target)
            if times:
                return Passage("taken", times)
        over = self._ended or self._is_dead(edge.source) or (source is not None and _settled(source))
        return Passage("dead" if over else "open")

    def _times(self, edge: Link, source: Tally, target: Tally | None) -> int:
        if edge.port == BODY_PORT and self._parents.get(edge.target) == edge.source:
            return target.places if target is not None else 0
        if not source.ports and target is not None:  # its port was not kept, but what stands behind it began
            return min(source.places, target.places)
        return source.ports[edge.port]

    def _is_dead(self, key: str) -> bool:
        """Nothing can lead to it any more."""
        if key not in self._dead:
            self._dead[key] = False  # stands while its circle, if there is one, is walked
            began, into = key in self._tallies or key == self._trigger, self._into.get(key, [])
            self._dead[key] = not began and all(self._passage(edge).state == "dead" for edge in into)
        return self._dead[key]


def _settled(tally: Tally) -> bool:
    return all(state in _SETTLED for state in tally.states)
