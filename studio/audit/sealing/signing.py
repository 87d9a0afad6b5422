"""Ed25519 keys that sign seals: each is endorsed by the one before, so that a rotation is part of the proof. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from studio.audit.sealing.manifest import Signed, text_of

_KEY_ID = 32
"""Hex digits of SHA-256 over the public key: 128 bits."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as it is given out."""

    number: int
    """From 1; the newest signs."""
    public: str
    """32 bytes, in hex."""
    made_at: str
    endorsement: str
    """The signature of the key before over this one, in hex; the first signs for itself."""

    @property
    def key_id(self) -> str:
        """Its fingerprint, by which manifests name it."""
        return fingerprint(bytes.fromhex(self.public))

    def endorsed_text(self) -> bytes:
        """What the key before signs."""
        said = {"schema": "studio.audit-key/1", "number": self.number, "public": self.public, "made_at": self.made_at}
        return text_of(said).encode()

    def verifies(self, signature: str, text: bytes) -> bool:
        """Whether a signature is by this key, over this text."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.public)).verify(bytes.fromhex(signature), text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def line(self) -> dict[str, Any]:
        """As it stands in a file."""
        return {**asdict(self), "key_id": self.key_id}

    @classmethod
    def of(cls, said: Any) -> "PublicKey":
        """Read a key. Raises ValueError where it has another shape."""
        try:
            key = cls(int(said["number"]), str(said["public"]), str(said["made_at"]), str(said["endorsement"]))
            whole = said["key_id"] == key.key_id
        except (KeyError, TypeError) as error:
            message = "a key has number, public, made_at, endorsement and key_id"
            raise ValueError(message) from error
        if not whole:
            message = "the key's id is not its own"
            raise ValueError(message)
        return key


class Trust:
    """The keys that a verification believes."""

    def __init__(self, keys: Iterable[PublicKey], pinned: Sequence[PublicKey] | None = None) -> None:
        """`pinned`: keys that were kept elsewhere; else the first one is believed. Later ones need an endorsement."""
        self._trusted: dict[str, PublicKey] = {}
        known = None if pinned is None else {key.public for key in pinned}
        before: PublicKey | None = None
        for key in sorted(keys, key=lambda key: key.number):
            first = before is None and known is None and self._signed_by(key, key) and key.number == 1
            if first or (known is not None and key.public in known) or self._endorsed(key, before):
                self._trusted[key.key_id] = key
            before = key

    @property
    def key_ids(self) -> list[str]:
        """Fingerprints, oldest key first: compare them with what was written down elsewhere."""
        return list(self._trusted)

    def problem(self, document: Signed, key_id: object) -> str | None:
        """Why a document is not believed, in words; None where it is."""
        key = self._trusted.get(str(key_id))
        if key is None:
            return f"it is signed by the key {key_id}, which nobody vouches for"
        if not key.verifies(document.signature, document.text.encode()):
            return "its signature does not fit"
        return None

    def _endorsed(self, key: PublicKey, before: PublicKey | None) -> bool:
        if before is None or before.key_id not in self._trusted or key.number != before.number + 1:
            return False
        return self._signed_by(key, before)

    @staticmethod
    def _signed_by(key: PublicKey, other: PublicKey) -> bool:
        return other.verifies(key.endorsement, key.endorsed_text())


def fingerprint(public: bytes) -> str:
    """A key's id."""
    return hashlib.sha256(public).hexdigest()[:_KEY_ID]


def public_of(private: bytes) -> str:
    """The public half of a private key of 32 bytes, in hex."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw().hex()


def sign(private: bytes, text: bytes) -> str:
    """A signature, in hex."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(text).hex()
