"""Redact before hashing: what a chain has taken in cannot be taken out again. Pure."""

from collections.abc import Sequence
from typing import Any

from studio.audit.envelope import LONGEST, plain
from studio.audit.registry import Action, Redaction
from studio.core.redact import MASK, is_secret_key


def redact(action: Action, metadata: dict[str, Any], changes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The envelope's `metadata`, `changes` and `redactions`, by the action's rules and our own."""
    done: list[dict[str, str]] = []
    facts: dict[str, Any] = {}
    for key, value in metadata.items():
        path = f"metadata.{key}"
        rule = _rule(action, path, key)
        if rule is not None and rule.mode == "reference":
            rule = None  # it stays whole, and is set aside afterwards
        if rule is not None:
            done.append(_note(path, rule.rule, rule.mode))
        if rule is None or rule.mode == "mask":
            facts[key] = MASK if rule else plain(value)
        if rule is None and isinstance(value, str) and len(value) > LONGEST:
            done.append(_note(path, "length", "truncate"))
    shown = [_change(action, change, done) for change in changes]
    return {"metadata": facts, "changes": shown, "redactions": done}


def _change(action: Action, change: dict[str, Any], done: list[dict[str, str]]) -> dict[str, Any]:
    path = f"changes.{change['path']}"
    rule = _rule(action, path, change["path"].rpartition(".")[2])
    if rule is None and change["redacted"]:
        rule = Redaction(path, "caller")
    if rule is None:
        return change
    done.append(_note(path, rule.rule, rule.mode))
    return change | {"from": None, "to": None, "redacted": True}


def _rule(action: Action, path: str, key: str) -> Redaction | None:
    declared = next((rule for rule in action.redactions if rule.path == path), None)
    if declared is None and is_secret_key(key):
        return Redaction(path, "secret")
    return declared


def _note(path: str, rule: str, mode: str) -> dict[str, str]:
    return {"path": path, "rule": rule, "mode": mode}
