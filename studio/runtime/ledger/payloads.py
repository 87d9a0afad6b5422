"""Payloads: small ones live in their row, large ones in a table of their own, oversized ones nowhere."""

from typing import Any
from uuid import UUID

import orjson

from studio.core.ids import new_id

INLINE_BYTES = 32_768
"""Larger outputs move to payload_blob, so that listing steps never drags them along."""
MAX_BYTES = 4_194_304
"""Largest output that a step may keep."""
_MARK = "$blob"


class PayloadTooLarge(Exception):
    """A step's output is larger than MAX_BYTES."""


def pack(value: Any) -> tuple[Any, tuple[UUID, Any] | None]:
    """What the row keeps, and the blob beside it if there is one. Raises PayloadTooLarge."""
    if value is None or isinstance(value, bool | int | float):
        return value, None
    size = len(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    if size <= INLINE_BYTES:
        return value, None
    if size > MAX_BYTES:
        raise PayloadTooLarge(size)
    blob_id = new_id()
    return {_MARK: str(blob_id), "bytes": size}, (blob_id, value)


def blob_of(value: Any) -> UUID | None:
    """The blob that a row's value stands for, or None."""
    if isinstance(value, dict) and _MARK in value and value.keys() <= {_MARK, "bytes"}:
        return UUID(value[_MARK])
    return None
