"""What one step of a tried run says to a backtest: does it act, whom does it ask, which amount does it name? Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from studio.contract.node import Effect, Kind, NodeType

BY_DATA = "data"
"""Somebody whom the event's own data name: who that is stays with the event."""
_QUIET = (Kind.DATA, Kind.CONDITION, Kind.TRIGGER)
_WAYS = {"policy": "policy:", "matrix": "matrix:"}
_GROUPS = ("group:", "schedule:")
_CURRENCY = re.compile(r"[A-Z]{3}")
_LARGEST = Decimal(10) ** 15


def acts(node_type: NodeType | type[NodeType]) -> bool:
    """Whether a step asks, calls or writes, so that somebody would notice it."""
    return node_type.effect is not Effect.PURE and node_type.kind not in _QUIET


def asked(kind: Kind, raw: Mapping[str, Any], resolved: Any) -> list[str]:
    """Whom a step of one resolved set-up asks, each once; those that only its data name are BY_DATA."""
    if kind is not Kind.APPROVAL or not isinstance(resolved, Mapping):
        return []
    found = [f"{prefix}{raw[name]}" for name, prefix in _WAYS.items() if _static(raw.get(name)) and resolved.get(name)]
    if not any(one.startswith(_WAYS["policy"]) for one in found):
        fixed = set(_refs(raw))
        found += [ref if ref in fixed or ref.startswith(_GROUPS) else BY_DATA for ref in _refs(resolved)]
    return list(dict.fromkeys(found))


def amount(facts: Mapping[str, Any], resolved: Any, currency: str) -> tuple[str, Decimal] | None:
    """The amount that a step names, with its currency; None: none. `currency` is the workspace's."""
    given = resolved.get("input") if isinstance(resolved, Mapping) else None
    for source in (facts, resolved, given):
        if not isinstance(source, Mapping) or (found := _decimal(source.get("amount"))) is None:
            continue
        named = source.get("currency")
        return (named if isinstance(named, str) and _CURRENCY.fullmatch(named) else currency), found
    return None


def _refs(config: Mapping[str, Any]) -> Iterator[str]:
    yield from _texts(config.get("approvers"))
    also = config.get("also")
    for more in also if isinstance(also, list) else ():
        if isinstance(more, Mapping):
            yield from _texts(more.get("approvers"))


def _texts(values: Any) -> Iterable[str]:
    return [one for one in values if isinstance(one, str) and one] if isinstance(values, list) else ()


def _static(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "{{" not in value


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < _LARGEST else None
