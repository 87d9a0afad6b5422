"""Which webhooks an account needs for what is listened for. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from studio.connectors.hooks.scheme import Hooks

Part = tuple[str, str]
"""The provider's id and the name of a channel or store."""


def wanted(configs: Iterable[Mapping[str, Any]], hooks: Hooks, parts: Sequence[Part]) -> dict[str, list[str]]:
    """Topics for each part by its id; empty: the account. A part that is not there is nobody's.

    `configs` are of the triggers that name the connection, `parts` those of the kind that webhooks are registered for.
    """
    events: dict[str, set[str]] = {}
    for config in configs:
        for scope in _scopes(str(config.get("scope") or ""), hooks, parts):
            events.setdefault(scope, set()).add(str(config.get("event", "order.created")))
    found = {scope: hooks.names(sorted(told)) for scope, told in events.items()}
    return {scope: topics for scope, topics in found.items() if topics}


def _scopes(named: str, hooks: Hooks, parts: Sequence[Part]) -> list[str]:
    if hooks.scoped is None:
        return [""]
    if not named:
        return [external for external, _name in parts] or [""]
    by_id = [external for external, _name in parts if external == named]
    return by_id or [external for external, name in parts if name == named][:1]
