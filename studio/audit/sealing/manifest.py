"""What is signed: manifests of segments, each naming the one before, and statements about whole archives. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import rfc8785

SCHEMA = "studio.audit-segment/1"
ARCHIVE = "studio.audit-archive/1"
GENESIS = "0" * 64
"""What stands before the first manifest."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A document with its signature, byte for byte what was signed."""

    text: str
    """Canonical JSON (RFC 8785)."""
    signature: str
    """Ed25519, in hex."""

    @property
    def hash(self) -> str:
        """By which the next one names it: SHA-256 in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def read(self) -> dict[str, Any]:
        """What it says. Raises ValueError where it is no JSON object."""
        said = orjson.loads(self.text)
        if not isinstance(said, dict):
            message = "a signed document is a JSON object"
            raise ValueError(message)  # noqa: TRY004 - a bad file, not a bad call
        return said

    def line(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {"signed": self.text, "signature": self.signature}


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed part of a chain."""

    workspace_id: str
    number: int
    """From 1, without gaps, a workspace."""
    first_seq: int
    last_seq: int
    prev_event_hash: str
    """The hash before the first event."""
    last_event_hash: str
    merkle_root: str
    """Over the canonical records of its events, RFC 6962, in hex."""
    closed_at: str
    prev_manifest: str
    """The hash of the manifest before."""
    key_id: str

    def canonical(self) -> str:
        """The text that is signed."""
        return text_of({"schema": SCHEMA, **{name: getattr(self, name) for name in self.__slots__}})

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Segment":
        """Read a manifest. Raises ValueError where it has another shape."""
        names = set(cls.__slots__)
        if said.get("schema") != SCHEMA or set(said) != names | {"schema"}:
            message = f"this is no manifest of {SCHEMA}"
            raise ValueError(message)
        numbers = ("number", "first_seq", "last_seq")
        if not all(isinstance(said[name], int if name in numbers else str) for name in names):
            message = "a manifest's numbers are numbers, everything else is text"
            raise ValueError(message)
        return cls(**{name: said[name] for name in names})


def text_of(said: Mapping[str, Any]) -> str:
    """Canonical JSON, as a text."""
    return rfc8785.dumps(dict(said)).decode()
