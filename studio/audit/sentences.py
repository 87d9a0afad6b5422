"""An event in one sentence for people."""

from collections.abc import Callable, Mapping
from typing import Any

from studio.audit.registry import Action

Translate = Callable[[str], str]


class _Blanks(dict[str, str]):
    """Leaves a gap where an older event lacks a fact that its sentence names."""

    def __missing__(self, key: str) -> str:
        return ""


def sentence(event: Mapping[str, Any], translate: Translate = str) -> str:
    """Such as: Jonas Weber approved “Refund €420.00 to Anna Keller”. Plain text, never markup."""
    action = Action.registry.get(event["action"])
    pattern = action.sentence if action else "{actor}: " + event["action"]
    known = action.words if action else {}
    facts = {key: str(value) for key, value in event["metadata"].items()}
    words = _Blanks({key: translate(known[fact]) if fact in known else fact for key, fact in facts.items()})
    words |= {"actor": event["actor"]["name"], "target": target_name(event)}
    told = translate(pattern).format_map(words)
    result = event["outcome"]["result"]
    if result == "success":
        return told
    ending = translate("(denied)" if result == "denied" else "(failed)")
    reason = event["outcome"]["reason"]
    return f"{told} {ending}" + (f": {reason}" if reason else "")


def target_name(event: Mapping[str, Any]) -> str:
    """The first target as people know it."""
    first = next(iter(event["targets"]), None)
    if first is None:
        return ""
    return str(first["name"] or f"{first['type']} {first['id']}")
