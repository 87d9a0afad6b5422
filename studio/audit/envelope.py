"""The stored record: its parts as JSON values that canonicalise everywhere alike. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson

from studio.audit.canonical import written
from studio.core.actor import Actor

SCHEMA = "studio.audit/1"
GENESIS = "0" * 64
"""What stands before a workspace's first event."""
LONGEST = 500
"""Characters of one text."""
_SAFE_INTEGER = 2**53 - 1
_DEEPEST = 8


def canonical(event: Mapping[str, Any]) -> bytes:
    """The event without its hash and what lies beside it, as RFC 8785 writes it."""
    return written({key: value for key, value in event.items() if key not in ("hash", "personal")})


def is_canonical(event: Mapping[str, Any], body: bytes) -> bool:
    """Whether a record that was read from `body` is written there as `canonical` writes it."""
    if "hash" in event or "personal" in event:
        return False
    # All but some numbers are written alike by the fast way, and that is how nearly every record is.
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS) == body or canonical(event) == body


def hash_of(prev_hash: str, body: bytes) -> str:
    """SHA-256 in hex over the previous hash (its 64 hex digits) and the canonical event."""
    return hashlib.sha256(prev_hash.encode("ascii") + body).hexdigest()


def stamp(moment: datetime) -> str:
    """RFC 3339 in UTC with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def short(text: str) -> str:
    """A text within the limit, free of what UTF-8 cannot carry."""
    clean = text.encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST else clean[: LONGEST - 1] + "…"


def plain(value: Any, depth: int = 0) -> Any:
    """A JSON value that canonicalises anywhere: large integers become text, long texts short."""
    match value.value if isinstance(value, Enum) else value:
        case None | bool() as simple:
            return simple
        case int() | float() as number if abs(number) <= _SAFE_INTEGER:
            return number
        case datetime() as moment:
            return stamp(moment)
        case Mapping() as items if depth < _DEEPEST:
            return {short(str(key)): plain(item, depth + 1) for key, item in items.items()}
        case list() | tuple() as items if depth < _DEEPEST:
            return [plain(item, depth + 1) for item in items]
        case other:
            return short(str(other))


def actor_part(actor: Actor) -> dict[str, Any]:
    """Who did it."""
    return {
        "type": actor.type.value,
        "id": short(actor.id),
        "name": short(actor.name),
        "on_behalf_of": actor.on_behalf_of,
    }


def context_part(actor: Actor) -> dict[str, Any]:
    """Where it came from. `session_id` is the session's public id, never its cookie.

    `elevation_id` is there only where the actor was allowed more than their seat allows at that moment.
    """
    origin = actor.origin
    lent = {} if actor.elevation is None else {"elevation_id": str(actor.elevation.id)}
    return lent | {
        "ip": origin.ip,
        "user_agent": short(origin.user_agent) if origin.user_agent else None,
        "request_id": short(origin.request_id) if origin.request_id else None,
        "trace_id": None,
        "session_id": origin.session_id,
        "run_id": origin.run_id,
        "step_id": origin.step_id,
    }
