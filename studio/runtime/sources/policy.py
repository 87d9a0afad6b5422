"""How much a source keeps, and what of a delivery's headers. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from studio.core.redact import MASK, is_secret_key

MOST_SOURCES = 50
"""Of one workspace."""
MOST_EVENTS = 1_000
"""Of one source; the oldest make room."""
MOST_BYTES = 64 * 1_048_576
"""Of one source's bodies together."""
KEPT_FOR = timedelta(days=7)
MOST_HEADERS, LONGEST_HEADER = 100, 2_000
LONGEST_PREVIEW = 200

# Whatever proves who sent it or signs in: it could be sent again by whoever reads it here.
_PROVES = re.compile(r"signature|hmac|auth|token|secret|cookie|session|password|api-?key", re.IGNORECASE)


def surplus(oldest: Sequence[tuple[UUID, int]], events: int, size: int) -> list[tuple[UUID, int]]:
    """Which of the oldest (id, bytes) have to go, where so many events of so many bytes are kept in all."""
    gone: list[tuple[UUID, int]] = []
    for one in oldest:
        if events <= MOST_EVENTS and size <= MOST_BYTES:
            break
        gone.append(one)
        events, size = events - 1, size - one[1]
    return gone


def shown(values: Mapping[str, str], also: Iterable[str] = ()) -> dict[str, str]:
    """Headers or parameters as they are kept: bounded, storable, and masked where they prove or sign in.

    `also`: names in small letters that are masked as well.
    """
    masked = set(also)
    return {
        _text(name)[:LONGEST_PREVIEW]: MASK if _proves(name, masked) else _text(value)[:LONGEST_HEADER]
        for name, value in list(values.items())[:MOST_HEADERS]
    }


def preview(data: Any) -> str:
    """How data begins, in one line."""
    text = orjson.dumps(data, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= LONGEST_PREVIEW else f"{text[: LONGEST_PREVIEW - 1]}…"


def _proves(name: str, masked: set[str]) -> bool:
    return name.lower() in masked or is_secret_key(name) or _PROVES.search(name) is not None


def _text(value: str) -> str:
    return value.replace("\0", "")
