"""Pure: how many people a setting can reach at most."""

from collections.abc import Mapping, Sequence
from typing import Any

_SINGLE = {"userWithId"}
"""Strategies that name single people: no share of all."""


def largest_share(state: Mapping[str, Any]) -> float:
    """Of a setting's `enabled` and `strategies`, in per cent, 0 to 100: the largest that any strategy reaches.

    Constraints narrow whom it is a share of, and are not looked at.
    """
    strategies: Sequence[Mapping[str, Any]] = state["strategies"]
    if not state["enabled"]:
        return 0.0
    active = [one for one in strategies if not one.get("disabled")]
    return max(map(_share, active), default=0.0 if strategies else 100.0)


def _share(strategy: Mapping[str, Any]) -> float:
    if strategy.get("name") in _SINGLE:
        return 0.0
    parameters = strategy.get("parameters") or {}
    told = parameters.get("rollout", parameters.get("percentage"))
    try:
        return min(100.0, max(0.0, float(told))) if told is not None else 100.0
    except (TypeError, ValueError):
        return 100.0
