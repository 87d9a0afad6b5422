"""The ZIP file around a pack: every byte of it is under the signature in its comment, and what differs is named."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import orjson

from studio.audit.packs import layout
from studio.audit.packs.layout import Entry
from studio.audit.sealing.manifest import Signed
from studio.audit.sealing.signing import Trust

Add = Callable[[str, str], None]
CLOSING, DIRECTORY = "the archive's closing signature", "the archive's own list of its files"
_LONGEST = 65_535
"""Bytes of a ZIP archive's comment."""
_END = b"PK\x05\x06"
_AT_ONCE = 1 << 20


def check(path: Path, listed: Sequence[Entry], about: Mapping[str, Any], trust: Trust, add: Add) -> None:
    """Hold the bytes of the archive against its closing signature; where they differ, tell which part it is."""
    with path.open("rb") as file:
        at, comment, problem = _comment(file)
        said: dict[str, Any] = {}
        if problem is None:
            problem, said = _closing(comment, about, trust)
        if problem is not None:
            add(CLOSING, problem)
        if said and _hash(file, 0, at) != said["archive_sha256"]:
            add(*_place(file, [*listed, *_unlisted(said)]))


def _closing(comment: bytes, about: Mapping[str, Any], trust: Trust) -> tuple[str | None, dict[str, Any]]:
    """What is wrong with it, and what it says where it may be believed."""
    try:
        document, said = signed(comment, layout.CLOSING)
    except ValueError as error:
        return str(error), {}
    refused = trust.problem(document, said.get("key_id"))
    if refused is not None:
        return f"it is not as it was signed: {refused}", {}
    if about and layout.names(said) != layout.names(about):
        return "it was signed for another pack", {}
    return None, said


def signed(text: bytes, schema: str) -> tuple[Signed, dict[str, Any]]:
    """A signed text and what it says. Only the one way in which Studio writes it is taken. Raises ValueError."""
    try:
        kept = orjson.loads(text)
        document = Signed(kept["signed"], kept["signature"])
        said = document.read()
        fits = set(kept) == {"signed", "signature"} and layout.signed_bytes(document) == text
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "it is not written as Studio writes it"
        raise ValueError(message) from error
    if not fits or said.get("schema") != schema or document.signature != document.signature.lower():
        message = "it is not written as Studio writes it"
        raise ValueError(message)
    return document, said


def _comment(file: IO[bytes]) -> tuple[int, bytes, str | None]:
    """Where the comment begins, what it is, and what is wrong with its place."""
    size = file.seek(0, 2)
    begin = max(0, size - _LONGEST - 22)
    file.seek(begin)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        return size, b"", "it is missing"
    comment, told = tail[end + 22 :], int.from_bytes(tail[end + 20 : end + 22], "little")
    if told == len(comment):
        return begin + end + 22, comment, None if comment else "it is missing"
    return begin + end + 22, comment, "it was cut off, bytes were put behind it, or its length was changed"


def _unlisted(said: Mapping[str, Any]) -> list[Entry]:
    return [Entry.of(one) for one in said["unlisted"]]


def _place(file: IO[bytes], entries: Sequence[Entry]) -> tuple[str, str]:
    """The first file that is not where it was, byte for byte; what no file owns is the list at the end."""
    for entry in entries:
        if _hash(file, entry.offset, entry.offset + entry.length) != entry.packed_sha256:
            return entry.path, "its place in the archive (header, packed content or padding) was changed"
    return DIRECTORY, "its bytes are not those that were signed"


def _hash(file: IO[bytes], begin: int, end: int) -> str:
    file.seek(begin)
    digest, left = hashlib.sha256(), end - begin
    while left > 0 and (part := file.read(min(_AT_ONCE, left))):
        digest.update(part)
        left -= len(part)
    return digest.hexdigest()
