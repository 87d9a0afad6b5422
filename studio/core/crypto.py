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
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from studio.core import rng
from studio.core.errors import StudioError
from studio.core.i18n import gettext
from studio.core.settings import SettingsError

log = structlog.get_logger()

KEY_FILE = "master.key"
KEY_VARIABLE = "STUDIO_MASTER_KEY"

_FORMAT = 1
_KEY, _NONCE, _TAG = 32, 12, 16
_HEADER = 5  # one byte of format, four of the master key's version
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
    """The master keys of an installation, by version. The newest seals, all of them unseal."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """`keys` maps versions (1 and up) to 32 bytes each. Raises SettingsError."""
        if not keys or any(len(key) != _KEY or not 0 < v < 2**32 for v, key in keys.items()):
            raise SettingsError("Master keys are 32 bytes each, in base64, numbered from 1.")
        self._keys = {version: AESGCM(key) for version, key in keys.items()}
        self._derived_from = [key for _, key in sorted(keys.items(), reverse=True)]
        self.current = max(keys)

    @classmethod
    def open(cls, data_dir: Path, environ: Mapping[str, str] | None = None) -> "Keyring":
        """Read the keys from STUDIO_MASTER_KEY, else from `master.key`, made at the first start."""
        given = (os.environ if environ is None else environ).get(KEY_VARIABLE)
        if given:
            return cls(_parse(given.replace(",", "\n"), KEY_VARIABLE))
        path = data_dir / KEY_FILE
        if not path.exists():
            _make_key_file(path)
        if path.stat().st_mode & 0o077:
            log.warning("master_key_readable_by_others", path=str(path), hint=f"chmod 600 {path}")
        return cls(_parse(path.read_text("ascii", errors="replace"), str(path)))

    def derive(self, purpose: str) -> list[bytes]:
        """A key for another purpose (such as signing cookies) from each master key, newest first."""
        return [hmac.digest(key, b"derive:" + purpose.encode(), "sha256") for key in self._derived_from]

    def seal(self, plaintext: bytes, *, context: str) -> bytes:
        """Encrypt one record under a fresh data key, bound to `context`."""
        data_key, nonce = rng.secret_bytes(_KEY), rng.secret_bytes(_NONCE)
        wrapped = self._wrap(data_key, context)
        return wrapped + nonce + AESGCM(data_key).encrypt(nonce, plaintext, context.encode())

    def unseal(self, blob: bytes, *, context: str) -> bytes:
        """Decrypt one record. Raises CryptoError where blob, key and context do not match."""
        data_key = self._unwrap(blob, context)
        rest = blob[_HEADER + _WRAPPED :]
        try:
            return AESGCM(data_key).decrypt(rest[:_NONCE], rest[_NONCE:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise _does_not_open() from error

    def rewrap(self, blob: bytes, *, context: str) -> bytes:
        """The same record under the newest master key: rotation never touches the plaintext."""
        if version_of(blob) == self.current:
            return blob
        data_key = self._unwrap(blob, context)
        return self._wrap(data_key, context) + blob[_HEADER + _WRAPPED :]

    def _wrap(self, data_key: bytes, context: str) -> bytes:
        header = bytes([_FORMAT]) + self.current.to_bytes(4, "big")
        nonce = rng.secret_bytes(_NONCE)
        sealed = self._keys[self.current].encrypt(nonce, data_key, header + context.encode())
        return header + nonce + sealed

    def _unwrap(self, blob: bytes, context: str) -> bytes:
        master = self._keys.get(version_of(blob))
        if master is None:
            raise CryptoError(
                gettext(
                    "Master key %(blob)s is missing: put back the backup of %(key_file)s.",
                    blob=version_of(blob),
                    key_file=KEY_FILE,
                ),
                code="master_key_missing",
            )
        nonce, sealed = (
            blob[_HEADER : _HEADER + _NONCE],
            blob[_HEADER + _NONCE : _HEADER + _WRAPPED],
        )
        try:
            return master.decrypt(nonce, sealed, blob[:_HEADER] + context.encode())
        except (InvalidTag, ValueError) as error:
            raise _does_not_open() from error


def rotate(data_dir: Path) -> Keyring:
    """Add a newer master key to the file. Earlier ones stay until every record was rewrapped."""
    path = data_dir / KEY_FILE
    keys = _parse(path.read_text("ascii"), str(path))
    newest = f"{max(keys) + 1}:{base64.b64encode(rng.secret_bytes(_KEY)).decode()}\n"
    _written(path, path.read_text("ascii").rstrip("\n") + "\n" + newest).replace(path)
    log.warning("master_key_added", path=str(path), hint=f"Back up {path} again.")
    return Keyring.open(data_dir, {})


def version_of(blob: bytes) -> int:
    """The version of the master key that a record is sealed under. Raises CryptoError."""
    if len(blob) < _HEADER + _WRAPPED + _NONCE + _TAG or blob[0] != _FORMAT:
        raise _does_not_open()
    return int.from_bytes(blob[1:_HEADER], "big")


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


def _parse(text: str, source: str) -> dict[int, bytes]:
    """Read `version:base64` lines; a bare key is version 1."""
    keys: dict[int, bytes] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        version, _, encoded = line.rpartition(":")
        try:
            keys[int(version or "1")] = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise SettingsError(f"{source} is no master key: lines of `1:<base64>`.") from error
    return keys


def _make_key_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = base64.b64encode(rng.secret_bytes(_KEY)).decode()
    written = _written(path, f"1:{key}\n")
    try:
        os.link(written, path)  # fails where another process was first; a rename would replace its key
    except FileExistsError:
        return
    finally:
        written.unlink()
    log.warning(
        "master_key_made",
        path=str(path),
        hint=f"Back this up: without {path} the stored secrets cannot be read.",
    )


def _written(path: Path, text: str) -> Path:
    """The text in a file of mode 0600 beside `path`, safely on disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)
