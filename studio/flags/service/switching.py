"""Pure: small changes of a setting that steps of workflows make. None of them lets anybody in who was not meant."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.flags.service.changing import Change

ROLLOUT = "flexibleRollout"
TITLE = "Set by workflows"
"""Of a strategy that a step has made."""


def to_share(held: Change, percent: float, title: str = "") -> Change:
    """Move the gradual rollout of this title, or the only one, to a share; where there is none, one is made.

    Where the flag was off and had no strategy at all, it is turned on; one that somebody turned off stays off. Raises
    InvalidInput where it is not clear which rollout is meant.
    """
    found = [at for at, one in enumerate(held.strategies) if one["name"] == ROLLOUT and title in ("", one.get("title"))]
    if len(found) > 1:
        said = _("It has several rollouts. Name the one that is meant by its title.")
        raise InvalidInput(said, code="flag.rollout_unclear", field="config.strategy")
    if title and not found:
        said = _("It has no rollout of the title “%(title)s”.", title=title[:80])
        raise InvalidInput(said, code="flag.rollout_unknown", field="config.strategy")
    share = f"{percent:g}"
    if not found:
        parameters = {"rollout": share, "stickiness": "default"}
        return _with(held, None, {"name": ROLLOUT, "title": TITLE, "parameters": parameters})
    old = held.strategies[found[0]]
    return _with(held, found[0], {**old, "parameters": {**old.get("parameters", {}), "rollout": share}})


def give(held: Change, name: str, values: Sequence[str], title: str = "") -> Change:
    """Let those in for whom a field of the context has one of some values, beside whoever has the flag.

    Where the flag was off and had no strategy at all, it is turned on; one that somebody turned off stays off, and one
    that is on for everybody stays as it is.
    """
    if held.enabled and not held.strategies:
        return held
    at = _listing(held, name, title)
    if at is None:
        made = {"name": "default", "title": title or TITLE, "constraints": [_constraint(name, values)]}
        return _with(held, None, made)
    old = held.strategies[at]
    before = _values(old, name)
    return _with(held, at, _valued(old, [*before, *(one for one in values if one not in before)]))


def take(held: Change, name: str, values: Sequence[str], title: str = "") -> Change:
    """Take those values out again. A strategy that means nobody after it goes; with the last one, the flag is off."""
    at = _listing(held, name, title)
    if at is None:
        return held
    old = held.strategies[at]
    rest = [one for one in _values(old, name) if one not in values]
    if rest:
        strategies = [_valued(old, rest) if place == at else one for place, one in enumerate(held.strategies)]
        return replace(held, strategies=strategies)
    strategies = [one for place, one in enumerate(held.strategies) if place != at]
    return replace(held, strategies=strategies, enabled=held.enabled and bool(strategies))


def give_constraints(
    constraints: Sequence[Mapping[str, Any]], name: str, values: Sequence[str]
) -> list[dict[str, Any]]:
    """A segment's constraints with those values of a field let in. Raises InvalidInput where it does not list any."""
    _at(constraints, name)
    return [_grown(one, values) if _lists(one, name) else dict(one) for one in constraints]


def take_constraints(
    constraints: Sequence[Mapping[str, Any]], name: str, values: Sequence[str]
) -> list[dict[str, Any]]:
    """The same with those values taken out; with the last of them, the segment means nobody. Raises as above."""
    _at(constraints, name)
    return [
        {**one, "values": [value for value in one["values"] if value not in values]} if _lists(one, name) else dict(one)
        for one in constraints
    ]


def give_segment(held: Change, number: int) -> Change:
    """Let a segment in where there is no rule at all yet and the flag is off; else it stays as it is."""
    if held.enabled or held.strategies:
        return held
    return _with(held, None, {"name": "default", "title": TITLE, "segments": [number]})


def _with(held: Change, at: int | None, strategy: Mapping[str, Any]) -> Change:
    strategies = [*held.strategies, strategy] if at is None else list(held.strategies)
    if at is not None:
        strategies[at] = strategy
    return replace(held, strategies=strategies, enabled=held.enabled or not held.strategies)


def _listing(held: Change, name: str, title: str) -> int | None:
    """The strategy that lets people in by a list of a field's values and nothing else."""
    for at, one in enumerate(held.strategies):
        if title in ("", one.get("title")) and one["name"] == "default" and not one.get("segments"):
            constraints = one.get("constraints") or []
            if len(constraints) == 1 and _lists(constraints[0], name):
                return at
    return None


def _lists(constraint: Mapping[str, Any], name: str) -> bool:
    plain = constraint.get("operator") == "IN" and not constraint.get("inverted")
    return plain and constraint.get("contextName") == name


def _at(constraints: Sequence[Mapping[str, Any]], name: str) -> None:
    if not any(_lists(one, name) for one in constraints):
        said = _("The segment has no list of values of “%(name)s” (IN).", name=name[:80])
        raise InvalidInput(said, code="flag.segment_no_list", field="config.field")


def _values(strategy: Mapping[str, Any], name: str) -> list[str]:
    return [str(value) for one in strategy["constraints"] if _lists(one, name) for value in one.get("values") or ()]


def _valued(strategy: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    [old] = strategy["constraints"]
    return {**strategy, "constraints": [{**old, "values": list(values)}]}


def _grown(constraint: Mapping[str, Any], values: Sequence[str]) -> dict[str, Any]:
    before = list(constraint["values"])
    return {**constraint, "values": [*before, *(one for one in values if one not in before)]}


def _constraint(name: str, values: Sequence[str]) -> dict[str, Any]:
    return {"contextName": name, "operator": "IN", "values": list(dict.fromkeys(values))}
