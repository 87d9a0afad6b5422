"""What many measurements amount to. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from statistics import median

ADDED_UP = frozenset({"lost"})
"""Metrics that no median may hide: a run lost in one round of three is a run lost."""


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all are not greater than; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * share) - 1)] if ordered else 0.0


def summary(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Each metric's median over the rounds that have it, in the order of their first appearance."""
    names = dict.fromkeys(name for one in rounds for name in one)
    return {name: _together(name, [one[name] for one in rounds if name in one]) for name in names}


def ratio(new: float, old: float) -> float | None:
    """New over old; None where there is nothing to compare with."""
    return new / old if old else None


def _together(name: str, values: list[float]) -> float:
    return sum(values) if name in ADDED_UP else median(values)
