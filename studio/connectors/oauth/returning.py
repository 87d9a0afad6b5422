"""What the provider sends the browser back with, and what an id token says. Pure."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from studio.core.crypto import same

_LONGEST = 4_096
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    """Somebody has agreed; the code is good once."""

    code: str


@dataclass(frozen=True, slots=True)
class Denied:
    """Nobody has agreed, or it is not what was asked for."""

    code: str
    """`access_denied` and the provider's other words, or `malformed`, `other_issuer`."""
    said: str = ""
    """Its own reason, cleaned; empty: it gave none."""


def read(query: Mapping[str, str], issuer: str = "") -> Granted | Denied:
    """Code or refusal. `issuer`: the provider's, where it is known; another one's answer is refused (RFC 9207)."""
    named = query.get("iss", "")
    if issuer and named and not same(named, issuer):
        return Denied("other_issuer")
    error = query.get("error", "")
    if error:
        said = " ".join(_UNSAFE.sub(" ", query.get("error_description", "")).split())[:300]
        return Denied(_CODE.sub("_", error)[:60] or "error", said)
    code = query.get("code", "")
    if not code or len(code) > _LONGEST or _UNSAFE.search(code):
        return Denied("malformed")
    return Granted(code)


def claims(id_token: Any) -> Mapping[str, Any] | None:
    """What an id token says; None: it is none.

    Its signature is not looked at: it came over TLS from the token address itself (OpenID Connect Core, 3.1.3.7).
    """
    parts = id_token.split(".") if isinstance(id_token, str) and len(id_token) <= 4 * _LONGEST else []
    if len(parts) != 3:
        return None
    try:
        found = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return found if isinstance(found, dict) else None


def fits(said: Mapping[str, Any], *, client_id: str, nonce: str, issuer: str = "") -> bool:
    """Whether an id token answers this sign-in: its nonce, its audience, and its issuer where that is known."""
    audience = said.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    return (
        isinstance(said.get("nonce"), str)
        and same(said["nonce"], nonce)
        and client_id in named
        and (not issuer or said.get("iss") == issuer)
    )
