"""What only the provider and Studio know of a webhook: its address, and what deliveries are signed with."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from studio.connectors.models import ConnectionHook
from studio.core import rng
from studio.core.crypto import Keyring, hash_token, version_of
from studio.core.sealed import context_of
from studio.core.signatures import Scheme

PREFIX = "/hooks/connections/"
"""Before the secret part of each address."""
KEPT = 2
"""Secrets that count: a provider may still sign with the one before."""


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """Never logged."""

    address: str
    secrets: tuple[str, ...]
    """Newest first."""


def made(scheme: Scheme) -> Known:
    """A fresh address, and a secret as the scheme writes it."""
    standard = scheme == "standard-webhooks"
    secret = "whsec_" + base64.b64encode(rng.secret_bytes()).decode() if standard else rng.token()
    return Known(rng.token(), (secret,))


def seal(keyring: Keyring, row: ConnectionHook, known: Known) -> None:
    """Keep it in the row, whose id, workspace and connection have to be set."""
    plain = orjson.dumps({"address": known.address, "secrets": known.secrets})
    row.address_hash = hash_token(known.address)
    row.sealed = keyring.seal(plain, context=context_of(row, "sealed"))
    row.key_version = version_of(row.sealed)


def opened(keyring: Keyring, row: ConnectionHook) -> Known:
    """Read it back. Raises CryptoError."""
    found = orjson.loads(keyring.unseal(row.sealed, context=context_of(row, "sealed")))
    return Known(found["address"], tuple(found["secrets"]))


def renewed(known: Known, secret: str) -> Known:
    """The same address with another secret before the one it had."""
    others: Sequence[str] = [one for one in known.secrets if one != secret]
    return Known(known.address, (secret, *others)[:KEPT])
