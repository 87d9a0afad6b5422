"""Payloads: small ones live in their row, large ones in a table of their own, oversized ones nowhere."""

from typing import Any
from uuid import UUID

import orjson

from studio.core.ids import new_id
from studio.core.sizes import fits

INLINE_BYTES = 32_768
"""Larger outputs move to payload_blob, so that listing steps never drags them along."""
MAX_BYTES = 4_194_304
"""Largest output that a step may keep."""
_MARK = "$blob"


class Unstorable(ValueError):
    """No column keeps this value: it is larger than MAX_BYTES, holds a zero character, or has no form in JSON."""


def pack(value: Any) -> tuple[Any, tuple[UUID, Any] | None]:
    """What the row keeps, and the blob beside it if there is one. Raises Unstorable."""
    if value is None or isinstance(value, bool | int | float):
        return value, None
    size = check(value)
    if size <= INLINE_BYTES and not _is_mark(value):
        return value, None
    blob_id = new_id()
    return {_MARK: str(blob_id), "bytes": size}, (blob_id, value)


def mark(blob_id: UUID, like: Any) -> dict[str, Any]:
    """What a row keeps in place of a copy of the blob that `like` stands for."""
    return {**like, _MARK: str(blob_id)}


def check(value: Any) -> int:
    """The size of a value in bytes. Raises Unstorable."""
    if not fits(value, MAX_BYTES):  # asked first: what shares its parts may be gigabytes once it is written
        message = f"more than {MAX_BYTES:,} bytes"
        raise Unstorable(message)
    try:
        written = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
    except (TypeError, ValueError) as error:
        raise Unstorable(str(error)) from None
    if b"\\u0000" in written and b"\\u0000" in written.replace(b"\\\\", b""):
        message = "a zero character"
        raise Unstorable(message)
    return len(written)


def blob_of(value: Any) -> UUID | None:
    """The blob that a row's value stands for, or None."""
    return UUID(value[_MARK]) if _is_mark(value) else None


def size_of(value: dict[str, Any]) -> int:
    """Bytes of the blob that a mark stands for."""
    return int(value["bytes"])


def _is_mark(value: Any) -> bool:
    """Whether it looks like a mark. Data that does is kept as a blob itself, so that nobody can name another's."""
    return isinstance(value, dict) and _MARK in value and value.keys() <= {_MARK, "bytes"}
