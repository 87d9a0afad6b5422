"""Which iterations of a long run its page lists: 25 of one loop at a time. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.contract.node import node_type
from studio.core.numerals import whole
from studio.runtime.decide import child_path, prefixes
from studio.runtime.document import Document
from studio.runtime.history.detail import StepView, Window
from studio.runtime.history.tallies import Tally

ALL_UP_TO = 200
"""Rows of a run that is listed as a whole."""
AT_ONCE = 25
"""Iterations of a loop on one page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Some iterations of one loop."""

    loop: str
    path: str
    """Where the loop stands."""
    first: int
    total: int | None
    """How many iterations began; None where that is known of all its loops together alone."""

    @property
    def anchor(self) -> str:
        return f"{self.loop}.{self.path}" if self.path else self.loop

    @property
    def paths(self) -> list[str]:
        """Of its iterations."""
        return [child_path(self.path, index) for index in range(self.first, self.first + AT_ONCE)]

    @property
    def before(self) -> int | None:
        """Where the page before begins."""
        return max(0, self.first - AT_ONCE) if self.first else None

    def after(self, steps: Sequence[StepView]) -> int | None:
        """Where the page behind begins, if there is one."""
        following = self.first + AT_ONCE
        if self.total is not None:
            return following if following < self.total else None
        last = child_path(self.path, following - 1)
        return following if any(step.path == last for step in steps) else None


@dataclass(frozen=True, slots=True)
class Folds:
    """What is read of a run and what of that is listed."""

    window: Window | None
    """None: everything."""
    opened: Opened | None
    others: frozenset[str] = frozenset()
    """Paths that are listed besides."""

    def lists(self, step: StepView, parents: Mapping[str, str | None]) -> bool:
        """Whether a step has a line."""
        if self.window is None or not step.path or step.path in self.others:
            return True
        return self.opened is not None and parents.get(step.key) == self.opened.loop and step.path in self.opened.paths


def folds(document: Document, tallies: Mapping[str, Tally], wanted: Sequence[str], items: str, first: int) -> Folds:
    """`wanted`: steps, as the address names them, that are to be listed in any case, the first of them above all.

    `items`: the loop whose iterations are asked for, from number `first`; empty: that of the first step wanted.
    """
    if sum(tally.places + tally.again for tally in tallies.values()) <= ALL_UP_TO:
        return Folds(None, None)
    parents = {step.key: step.parent for step in document.nodes}
    opened = _asked(document, items, first) or next(filter(None, (_around(parents, one) for one in wanted)), None)
    if opened is None:
        loop = next((step.key for step in document.nodes if step.parent is None and _is_loop(step.type)), None)
        opened = Opened(loop, "", 0, None) if loop is not None else None
    others = {path for anchor in wanted for path in prefixes(anchor.partition(".")[2])} | {""}
    if opened is not None:
        others.update(prefixes(opened.path))
        opened = Opened(opened.loop, opened.path, opened.first, _total(parents, tallies, opened))
    paths = frozenset(others).union(opened.paths if opened is not None else ())
    return Folds(Window(paths, tallies), opened, frozenset(others))


def _asked(document: Document, items: str, first: int) -> Opened | None:
    key, _, path = items.partition(".")
    step = document.step(key)
    places = [whole(part) for part in path.split(".") if path]
    known = step is not None and _is_loop(step.type) and None not in places
    return Opened(key, path, max(0, first // AT_ONCE * AT_ONCE), None) if known else None


def _around(parents: Mapping[str, str | None], anchor: str) -> Opened | None:
    """The loop in whose body a step stands."""
    key, _, path = anchor.partition(".")
    parent, (outer, _, index) = parents.get(key), path.rpartition(".")
    at = whole(index)
    if parent is None or at is None:
        return None
    return Opened(parent, outer, at // AT_ONCE * AT_ONCE, None)


def _total(parents: Mapping[str, str | None], tallies: Mapping[str, Tally], opened: Opened) -> int | None:
    if parents.get(opened.loop) is not None:
        return None
    return max((tally.places for key, tally in tallies.items() if parents.get(key) == opened.loop), default=0)


def _is_loop(type_: str) -> bool:
    known = node_type(type_)
    return known is not None and known.is_loop
