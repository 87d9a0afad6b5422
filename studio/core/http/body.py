"""Reading an answer: never more than the cap, packed or unpacked."""

import zlib
from collections.abc import Iterator

from urllib3 import BaseHTTPResponse

CHUNK = 65_536


class TooLarge(Exception):
    """More than the cap."""


class BadAnswer(Exception):
    """The body is not what its headers say."""


def read(answer: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The whole body, unpacked. Raises TooLarge, BadAnswer, or what the connection raises."""
    declared = answer.headers.get("Content-Length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:18]) > max_bytes:
        raise TooLarge
    packed = _capped(_chunks(answer), max_bytes)
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("gzip", "x-gzip"):
        return _unpacked(packed, max_bytes, zlib.MAX_WBITS | 16)
    if coding == "deflate":
        raw = not packed.startswith((b"\x78", b"\x58"))  # some servers leave out the wrapper
        return _unpacked(packed, max_bytes, -zlib.MAX_WBITS if raw else zlib.MAX_WBITS)
    return packed


def _chunks(answer: BaseHTTPResponse) -> Iterator[bytes]:
    while chunk := answer.read(CHUNK, decode_content=False):
        yield chunk


def _capped(chunks: Iterator[bytes], max_bytes: int) -> bytes:
    parts, size = [], 0
    for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge
        parts.append(chunk)
    return b"".join(parts)


def _unpacked(packed: bytes, max_bytes: int, window: int) -> bytes:
    """Stops one byte past the cap, however much the bomb would have made."""
    parts, size = [], 0
    while packed:
        unpacker = zlib.decompressobj(window)
        try:
            part = unpacker.decompress(packed, max_bytes - size + 1)
        except zlib.error as error:
            raise BadAnswer from error
        size += len(part)
        if size > max_bytes:
            raise TooLarge
        if not unpacker.eof:
            raise BadAnswer
        parts.append(part)
        packed = unpacker.unused_data  # gzip files may follow one another
    return b"".join(parts)
