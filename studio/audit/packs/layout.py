"""Names and shapes that whoever writes a pack and whoever checks one share. Pure."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from studio.audit.sealing.manifest import Signed, text_of

PACK, SEAL, CLOSING = "studio.evidence-pack/1", "studio.evidence-seal/1", "studio.evidence-archive/1"
MANIFEST, SEAL_FILE, KEYS, ABOUT = "manifest.json", "seal.json", "keys.json", "about.json"
SEGMENTS, EVENTS = "audit/segments.jsonl", "audit/events-"
UNLISTED = frozenset({MANIFEST, SEAL_FILE})
"""What the manifest cannot list: itself, and what signs it."""
LINE_HASH = 16
"""Hex digits by which the manifest knows a line: to name it, not to prove it. The file's own hash proves it."""
_WHEN = (1980, 1, 1, 0, 0, 0)
"""The same for every file: the same pack has the same bytes, whenever it is made."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a pack, as its manifest lists it."""

    path: str
    size: int
    """Bytes, unpacked."""
    sha256: str
    offset: int
    """Where its header begins in the archive."""
    length: int
    """Bytes that header, packed content and descriptor take."""
    packed_sha256: str
    """Over those bytes: it tells whether it is the content or the archive around it that was changed."""
    lines: str = ""
    """The first digits of each line's SHA-256, one behind the other; empty: it is not made of lines."""

    def said(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Entry":
        """Read one. Raises ValueError where it has another shape."""
        if set(said) != set(cls.__slots__):
            message = "a file in the manifest has another shape"
            raise ValueError(message)
        for name in cls.__slots__:
            if type(said[name]) is not (int if name in ("size", "offset", "length") else str):
                message = f"{name} of a file in the manifest has another shape"
                raise ValueError(message)
        return cls(**{name: said[name] for name in cls.__slots__})


def info(path: str) -> zipfile.ZipInfo:
    """A file's header: nothing in it depends on when or where it is written."""
    made = zipfile.ZipInfo(path, _WHEN)
    made.compress_type, made.create_system, made.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
    return made


def line_hash(line: bytes) -> str:
    """By which the manifest knows a line, its end not included."""
    return hashlib.sha256(line.removesuffix(b"\n")).hexdigest()[:LINE_HASH]


def line_hashes(packed: str) -> list[str]:
    """What an entry says of its lines."""
    return [packed[at : at + LINE_HASH] for at in range(0, len(packed), LINE_HASH)]


def manifest_text(about: Mapping[str, Any], files: Iterable[Entry]) -> str:
    """`manifest.json`."""
    return text_of({"schema": PACK, "about": dict(about), "files": [one.said() for one in files]})


def seal_said(about: Mapping[str, Any], manifest: str, key_id: str) -> dict[str, Any]:
    """What is signed in `seal.json`."""
    hash_ = hashlib.sha256(manifest.encode()).hexdigest()
    return {"schema": SEAL, "manifest_sha256": hash_, "key_id": key_id, **names(about)}


def closing_said(
    about: Mapping[str, Any], archive_sha256: str, key_id: str, unlisted: Iterable[Entry]
) -> dict[str, Any]:
    """What is signed in the archive's comment: a hash over all that stands before it, and what no manifest lists."""
    places = [one.said() for one in unlisted]
    return {"schema": CLOSING, "archive_sha256": archive_sha256, "key_id": key_id, "unlisted": places, **names(about)}


def names(about: Mapping[str, Any]) -> dict[str, Any]:
    """By what a signature names its pack."""
    return {name: about[name] for name in ("workspace_id", "pack_id", "made_at")}


def signed_bytes(document: Signed) -> bytes:
    """A signed text as it stands in a file: written in this one way alone."""
    return text_of(document.line()).encode()


def lines_of(records: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """Records as lines of JSON, keys in order, their ends included."""
    return [json_bytes(one) + b"\n" for one in records]


def json_bytes(value: Any) -> bytes:
    """JSON with its keys in order: the same value has the same bytes. Numbers of any size are taken as they are."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # whole numbers beyond 64 bits, half characters: what runs were given is told as it is
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
