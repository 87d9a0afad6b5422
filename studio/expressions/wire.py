"""Reads the protocol buffer wire format, as much of it as a parsed expression uses.

The engine hands its syntax tree out only as serialized bytes; reading them takes forty lines,
which is less than a dependency on protobuf and its generated classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: ``start`` is where its payload begins in the whole buffer."""

    number: int
    kind: int
    value: int
    start: int
    end: int


def fields(buffer: bytes, start: int, end: int) -> Iterator[Field]:
    """The fields of the message in ``buffer[start:end]``, in order. Raises ValueError if malformed."""
    at = start
    while at < end:
        tag, at = varint(buffer, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, after = varint(buffer, at)
            yield Field(number, kind, value, at, after)
        elif kind == BYTES:
            size, at = varint(buffer, at)
            after = at + size
            yield Field(number, kind, size, at, after)
        elif kind in (FIXED64, FIXED32):
            after = at + (8 if kind == FIXED64 else 4)
            yield Field(number, kind, 0, at, after)
        else:
            raise ValueError(f"unknown wire type {kind}")
        if after > end:
            raise ValueError("truncated message")
        at = after


def varint(buffer: bytes, at: int) -> tuple[int, int]:
    """The number at ``at`` and the offset behind it."""
    result = shift = 0
    while True:
        if at >= len(buffer) or shift > 63:
            raise ValueError("truncated number")
        byte = buffer[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, at
        shift += 7


def signed(value: int) -> int:
    """A 64-bit two's complement number as Python's."""
    return value - (1 << 64) if value >= 1 << 63 else value
