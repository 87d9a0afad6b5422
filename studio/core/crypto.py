"""Secrets at rest, tokens in links, and a type that never prints what it holds.

Envelope encryption: every record has a data key of its own, wrapped by a versioned master key.
The context (such as `workspace|kind|id`) is authenticated with both, so a ciphertext moved to
another record does not open there.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn, final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from studio.core import rng
from studio.core.errors import StudioError
from studio.core.i18n import gettext
from studio.core.key_file import KEY_BYTES, KEY_FILE, KeyFile, Stamp, parse
from studio.core.settings import SettingsError

log = structlog.get_logger()

KEY_VARIABLE = "STUDIO_MASTER_KEY"
PRIMARY_VARIABLE = "STUDIO_MASTER_KEY_PRIMARY"
"""The version that seals, where it is not the newest: while a new key is brought to every machine."""

_FORMAT = 1
_KEY, _NONCE, _TAG = KEY_BYTES, 12, 16
HEADER = 5  # one byte of format, four of the master key's version
_WRAPPED = _NONCE + _KEY + _TAG
_TOKEN = re.compile(r"[A-Za-z0-9_-]{64}\Z")


class CryptoError(StudioError):
    """A sealed record does not open: another record's, another key's, or damaged."""

    status = 500
    code = "crypto"


@final
class Secret:
    """A text that shows itself only where somebody calls reveal(): not in logs, errors or JSON."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, at the moment of use."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('***')"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and same(self._text, other._text)

    def __hash__(self) -> int:
        return hash(("Secret", self._text))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled: it would lie readable in a cache or a message")


class Keyring:
    """The master keys of an installation, by version. The primary one seals, all of them unseal.

    Keys that came from a file are looked at again: a process that runs while a key is added seals under it from then
    on, and opens what another process has sealed. A key that is taken out of the file stays known until the process
    ends, for records that were read before. Threads may share it.
    """

    def __init__(self, keys: Mapping[int, bytes], *, primary: int | None = None, file: KeyFile | None = None) -> None:
        """`keys` maps versions (1 and up) to 32 bytes each. `primary` seals; None: the newest. Raises SettingsError."""
        self._primary, self._file, self._lock = primary, file, Lock()
        self._stamp: Stamp | None = None
        self._known = _Known.of(keys, primary)

    @classmethod
    def open(cls, data_dir: Path, environ: Mapping[str, str] | None = None) -> "Keyring":
        """The keys of STUDIO_MASTER_KEY, else of `master.key`, made at the first start. Raises SettingsError."""
        environ = os.environ if environ is None else environ
        primary = _version(environ.get(PRIMARY_VARIABLE))
        given = environ.get(KEY_VARIABLE)
        if given:
            return cls(parse(given.replace(",", "\n"), KEY_VARIABLE), primary=primary)
        file = KeyFile.of(data_dir)
        file.ensure()
        stamp = file.stamp()  # before it is read: what is read is no older
        ring = cls(file.read(), primary=primary, file=file)
        ring._stamp = stamp
        return ring

    @property
    def file(self) -> KeyFile | None:
        """Where the keys lie; None: they came by the environment."""
        return self._file

    @property
    def current(self) -> int:
        """The version that seals now."""
        return self._fresh().primary

    @property
    def versions(self) -> list[int]:
        """All that this process can open, in order."""
        return sorted(self._fresh().keys)

    def derive(self, purpose: str) -> list[bytes]:
        """A key for another purpose (such as signing cookies) from each master key: the one that signs comes first."""
        return [hmac.digest(key, b"derive:" + purpose.encode(), "sha256") for key in self._fresh().ordered]

    def _fresh(self) -> "_Known":
        """The keys of now. Costs a look at the file's stamp."""
        stamp = self._file.stamp() if self._file is not None else None
        if self._file is None or stamp is None or stamp == self._stamp:
            return self._known
        with self._lock:
            if stamp != self._stamp:
                try:
                    found = self._file.read()
                    self._known = _Known.of({**self._known.keys, **found}, self._primary or max(found, default=0))
                except (OSError, SettingsError):  # what is known goes on being used
                    log.exception("master_key_unreadable", path=str(self._file.path))
                self._stamp = stamp
        return self._known

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt one record under a fresh data key, bound to `context`."""
        data_key, nonce = rng.secret_bytes(_KEY), rng.secret_bytes(_NONCE)
        wrapped = self._wrap(data_key, context)
        return wrapped + nonce + AESGCM(data_key).encrypt(nonce, plaintext, context.encode())

    def unseal(self, blob: bytes, *, context: str) -> bytes:
        """Decrypt one record. Raises CryptoError where blob, key and context do not match."""
        data_key = self._unwrap(blob, context)
        rest = blob[HEADER + _WRAPPED :]
        try:
            return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise _does_not_open() from error

    def rewrap(self, blob: bytes, *, context: str) -> bytes:
        """The same record under the master key that seals now: rotation never touches the plaintext."""
        if version_of(blob) == self.current:
            return blob
        data_key = self._unwrap(blob, context)
        return self._wrap(data_key, context) + blob[HEADER + _WRAPPED :]

    def _wrap(self, data_key: bytes, context: str) -> bytes:
        known, nonce = self._fresh(), rng.secret_bytes(_NONCE)
        header = header_of(known.primary)
        sealed = known.ciphers[known.primary].encrypt(nonce, data_key, header + context.encode())
        return header + nonce + sealed

    def _unwrap(self, blob: bytes, context: str) -> bytes:
        version = version_of(blob)
        master = self._known.ciphers.get(version) or self._fresh().ciphers.get(version)
        if master is None:
            raise CryptoError(
                gettext(
                    "Master key %(blob)s is missing: put back the backup of %(key_file)s.",
                    blob=version,
                    key_file=KEY_FILE,
                ),
                code="master_key_missing",
            )
        nonce, sealed = (
            blob[HEADER : HEADER + _NONCE],
            blob[HEADER + _NONCE : HEADER + _WRAPPED],
        )
        try:
            return master.decrypt(nonce, sealed, blob[:HEADER] + context.encode())
        except (InvalidTag, ValueError) as error:
            raise _does_not_open() from error


@dataclass(frozen=True, slots=True)
class _Known:
    """The keys of one moment."""

    keys: Mapping[int, bytes]
    ciphers: Mapping[int, AESGCM]
    primary: int
    ordered: tuple[bytes, ...]
    """The primary first, then the others, newest first."""

    @classmethod
    def of(cls, keys: Mapping[int, bytes], primary: int | None) -> "_Known":
        if not keys or any(len(key) != KEY_BYTES or not 0 < v < 2**32 for v, key in keys.items()):
            raise SettingsError("Master keys are 32 bytes each, in base64, numbered from 1.")
        first = primary or max(keys)
        if first not in keys:
            raise SettingsError(f"{PRIMARY_VARIABLE} names master key {first}, which is not among {sorted(keys)}.")
        order = sorted(keys, key=lambda version: (version != first, -version))
        ciphers = {version: AESGCM(key) for version, key in keys.items()}
        return cls(dict(keys), ciphers, first, tuple(keys[version] for version in order))


def header_of(version: int) -> bytes:
    """How records begin that are sealed under a version."""
    return bytes([_FORMAT]) + version.to_bytes(4, "big")


def version_of(blob: bytes) -> int:
    """The version of the master key that a record is sealed under. Raises CryptoError."""
    if len(blob) < HEADER + _WRAPPED + _NONCE + _TAG or blob[0] != _FORMAT:
        raise _does_not_open()
    return int.from_bytes(blob[1:HEADER], "big")


def hash_token(text: str) -> str:
    """SHA-256 in hex. Enough for tokens of 256 random bits; never for what people choose."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def mint(workspace_id: UUID, prefix: str = "") -> tuple[str, str]:
    """A URL-safe token and its hash: `prefix` and 64 characters.

    They hold 256 random bits and, readable, the workspace: row security can be set before the
    hash is looked up.
    """
    body = base64.urlsafe_b64encode(workspace_id.bytes + rng.secret_bytes()).decode()
    token = prefix + body
    return token, hash_token(token)


def workspace_of(token: str, prefix: str = "") -> UUID | None:
    """The workspace that a token names; None where it is none of ours. It proves nothing."""
    body = token.removeprefix(prefix)
    if not token.startswith(prefix) or not _TOKEN.match(body):
        return None
    return UUID(bytes=base64.urlsafe_b64decode(body)[:16])


def same(left: str | bytes, right: str | bytes) -> bool:
    """Compare secrets in a time that does not tell how much of them agrees."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def _does_not_open() -> CryptoError:
    return CryptoError(gettext("This sealed record does not open: it is damaged or belongs elsewhere."))


def _version(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or not 0 < int(text) < 2**32:
        raise SettingsError(f"{PRIMARY_VARIABLE} is the number of a master key, not {text!r}.")
    return int(text)
