"""What a token address has answered, read with distrust. Pure."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import orjson

from studio.core.i18n import gettext as _

MAX_BYTES = 65_536
"""Of an answer. The largest tokens that providers give take a tenth of it."""
PASSING = frozenset({408, 409, 423, 425, 429})
"""Refusals that may end by themselves, as those of 500 and more."""
LONGEST_S = 10 * 365 * 86_400.0
"""A longer life is cut to this: nobody promises more, and moments must stay on the calendar."""
_MAX_TOKEN = 16_384
_SHOWN = 300
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f]")
_CODE = re.compile(r"[^A-Za-z0-9_.-]+")
_TELLING = frozenset({
    *("invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"),
    *("access_denied", "invalid_token", "token_revoked", "token_expired", "invalid_refresh_token", "invalid_auth"),
    *("account_inactive", "bad_client_secret", "incorrect_client_credentials", "bad_verification_code"),
    *("bad_refresh_token", "invalid_client_id", "invalid_code"),
})  # fmt: skip
"""Errors inside an answer of 200 that no second try changes; others are taken for a bad day."""


class Verdict(StrEnum):
    """Whether trying again may help."""

    PERMANENT = "permanent"
    """Refused for good: somebody has to sign in again."""
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class Refusal:
    """No token. Holds nothing that is secret."""

    verdict: Verdict
    code: str
    """`oauth.` and the provider's own error, or what was wrong with its answer."""
    said: str
    """A sentence."""
    status: int | None = None
    """Of the answer; None: there was none."""
    wait_s: float | None = None
    """What it asked to be left alone for."""


@dataclass(frozen=True, slots=True, repr=False)
class Token:
    """A token that can be used."""

    access_token: str
    refresh_token: str | None
    """None: the answer names none. After a refresh the one before stays good then (RFC 6749, 6)."""
    lifetime_s: float | None
    """Seconds, as the answer says, else as the definition assumes; None: nobody knows, so it is tried until refused."""
    granted: tuple[str, ...]
    """Scopes; what was asked where the answer names none, as the standard says."""
    lost: tuple[str, ...]
    """Scopes that were asked and not given."""
    same: bool
    """A refresh gave the token back that it was to replace."""
    answer: Mapping[str, Any]
    """All of it, for a definition that looks for the account."""

    def __repr__(self) -> str:
        return f"Token(lifetime_s={self.lifetime_s}, granted={self.granted})"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, and what is known beforehand."""

    scopes: tuple[str, ...] = ()
    lifetime_s: float | None = None
    """Assumed where the answer names no expiry."""
    held: str = ""
    """The access token that is to be replaced; empty: the first one."""
    secrets: tuple[str, ...] = ()
    """Values that must not come back in a sentence."""


def read(status: int, headers: Mapping[str, str], body: bytes, asked: Asked) -> Token | Refusal:
    """The token in an answer, or why there is none. Never raises, whatever was answered."""
    lowered = {name.lower(): value for name, value in headers.items()}
    found = _fields(lowered.get("content-type", ""), body)
    if status in PASSING or status >= 500:
        return _refused(Verdict.TRANSIENT, status, found, asked, wait_s=_seconds(lowered.get("retry-after")))
    if status >= 400:
        return _refused(Verdict.PERMANENT, status, found, asked)
    if status >= 300:
        words = _("The token address points to another one (%(status)s), which Studio does not follow.", status=status)
        return Refusal(Verdict.TRANSIENT, "oauth.redirect", words, status)
    if found is None:
        kind = lowered.get("content-type", "").partition(";")[0].strip()[:80] or _("something without a type")
        words = _("The token address answered with %(kind)s instead of JSON.", kind=kind)
        return Refusal(Verdict.TRANSIENT, "oauth.not_json", words, status)
    if found.get("error") or found.get("ok") is False:
        verdict = Verdict.PERMANENT if _error(found) in _TELLING else Verdict.TRANSIENT
        return _refused(verdict, status, found, asked)
    return _token(status, found, asked)


def unanswered(code: str, said: str) -> Refusal:
    """There was no answer: the network, a time-out, an address that is not called, more bytes than are read."""
    return Refusal(Verdict.TRANSIENT, code, said)


def stale(token: Token, margin_s: float = 60.0) -> bool:
    """Whether a refresh that “succeeded” has brought nothing: the token of before, and no life left that it names."""
    return token.same and (token.lifetime_s is None or token.lifetime_s <= margin_s)


def split(value: Any) -> tuple[str, ...]:
    """Scopes of an answer: a list, or a text with spaces or commas between them; nothing else is one."""
    parts = value if isinstance(value, list) else re.split(r"[\s,]+", value) if isinstance(value, str) else []
    return tuple(dict.fromkeys(part[:200] for part in parts if isinstance(part, str) and part))[:200]


def _token(status: int, found: Mapping[str, Any], asked: Asked) -> Token | Refusal:
    access = _text(found.get("access_token"))
    if access is None:
        words = _("The token address answered without a token that can be used.")
        return Refusal(Verdict.TRANSIENT, "oauth.no_token", words, status)
    kind = found.get("token_type", "bearer")
    if not isinstance(kind, str) or kind.lower() not in ("bearer", "bot", "user", ""):
        words = _("The token address gave a token of a kind that Studio cannot use: %(kind)s.",
                  kind=_cleaned(str(kind), asked)[:40] or "?")  # fmt: skip
        return Refusal(Verdict.TRANSIENT, "oauth.token_type", words, status)
    granted = split(found["scope"]) if found.get("scope") else asked.scopes
    lifetime = _seconds(found.get("expires_in"))
    return Token(
        access_token=access,
        refresh_token=_text(found.get("refresh_token")),
        lifetime_s=asked.lifetime_s if lifetime is None else lifetime,
        granted=granted,
        lost=tuple(scope for scope in asked.scopes if scope not in granted),
        same=bool(asked.held) and access == asked.held,
        answer=found,
    )


def _fields(kind: str, body: bytes) -> Mapping[str, Any] | None:
    """The object in the body; None: there is none. Some providers still answer as a form."""
    if kind.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body[:MAX_BYTES].decode("utf-8", "replace"), max_num_fields=None)[:100])
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _error(found: Mapping[str, Any] | None) -> str:
    """The provider's own word for what is wrong, wherever the usual ones put it."""
    said = (found or {}).get("error")
    if isinstance(said, dict):
        said = said.get("code") or said.get("type")
    return _CODE.sub("_", said)[:60].strip("_") if isinstance(said, str) else ""


def _refused(
    verdict: Verdict, status: int, found: Mapping[str, Any] | None, asked: Asked, *, wait_s: float | None = None
) -> Refusal:
    error = _error(found)
    reason = (found or {}).get("error_description") or (found or {}).get("message")
    said = _cleaned(reason, asked) if isinstance(reason, str) else ""
    words = _("The provider gives no token (%(error)s)", error=_cleaned(error, asked) or status)
    code = f"oauth.{_cleaned(error, asked)}" if error else f"oauth.status_{status}"
    return Refusal(verdict, code[:80], f"{words}: {said}" if said else words + ".", status, wait_s)


def _cleaned(text: str, asked: Asked) -> str:
    for secret in sorted(asked.secrets, key=len, reverse=True):
        if len(secret) > 3:
            text = text.replace(secret, "***")
    return " ".join(_UNSAFE.sub(" ", text).split())[:_SHOWN]


def _text(value: Any) -> str | None:
    """A token as a header can carry it; None: it is none."""
    usable = isinstance(value, str) and 0 < len(value) <= _MAX_TOKEN and value.isascii() and not _UNSAFE.search(value)
    return value if usable else None


def _seconds(value: Any) -> float | None:
    """A span; what is no number above 0 says nothing, and is never taken for “for ever”."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return min(seconds, LONGEST_S) if math.isfinite(seconds) and seconds > 0 else None
