"""Effect keys: the same on every retry of the same content, another one as soon as the content changes."""

import hashlib
from typing import Any

import orjson

from studio.runtime.ledger.rows import RunRow, StepRow

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def fingerprint(node_type: str, plain_config: Any) -> str:
    """SHA-256 of what an effect is about to do: its type and its resolved config."""
    return hashlib.sha256(node_type.encode() + b"\0" + orjson.dumps(plain_config, option=_OPTIONS)).hexdigest()


def effect_key(run: RunRow, step: StepRow, earlier: tuple[str, str] | None) -> str:
    """The key for a step's effect.

    `earlier` is an earlier attempt's (key, fingerprint). That key, or the one that a re-run carried over, is kept
    while the fingerprint is unchanged.
    """
    if earlier is not None and earlier[1] == step.fingerprint:
        return earlier[0]
    carried = (run.carried or {}).get(f"{step.node_key}|{step.path}")
    if earlier is None and carried and carried["fingerprint"] == step.fingerprint:
        return str(carried["key"])
    base = f"{run.id}:{step.node_key}" + (f":{step.path}" if step.path else "")
    return base if earlier is None else f"{base}:{step.attempt}"
