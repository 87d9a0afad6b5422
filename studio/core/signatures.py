"""Who sent a webhook: the schemes by which senders sign. Raw body, constant time, several secrets."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from studio.core.errors import StudioError
from studio.core.i18n import gettext as _

TOLERANCE = timedelta(minutes=5)

Scheme = Literal["standard-webhooks", "shopify", "stripe", "slack", "github", "hmac-sha256"]


class SignatureError(StudioError):
    """Not proved to come from the sender.

    Codes: `signature.no_secret`, `.missing`, `.malformed`, `.expired`, `.wrong`.
    """

    status = 401
    code = "signature.wrong"


@dataclass(frozen=True, slots=True)
class Verified:
    """It comes from whoever knows the secret."""

    delivery_id: str | None
    """The sender's own id of this delivery, the same on every retry; None where it sends none."""
    once: str | None = None
    """Where the scheme carries a time: the same for the very same bytes, so that a recorded delivery is recognised."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a scheme reads out of the headers."""

    message: bytes
    """What was signed."""
    candidates: Sequence[bytes]
    """Signatures, any of which may fit: senders list several while they rotate."""
    delivery_id: str | None = None
    at: str | None = None
    """Unix seconds, where the scheme carries a time."""


def verify(
    scheme: Scheme,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    *,
    now: datetime,
    header: str = "X-Signature",
) -> Verified:
    """Check a delivery against each secret. Raises SignatureError.

    `header` names the header of `hmac-sha256` (hex or base64, with or without `sha256=`).
    """
    keys = [key for key in (_key(scheme, secret) for secret in secrets) if key]
    if not keys:
        raise SignatureError(_("No secret is set for this signature."), code="signature.no_secret")
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    signed = _SCHEMES[scheme](lowered, body, header.lower())
    if signed.at is not None:
        _check_time(signed.at, now)
    fits = [
        hmac.compare_digest(_mac(key, signed.message), candidate) for key in keys for candidate in signed.candidates
    ]
    if not any(fits):
        raise SignatureError(_("The signature does not fit the body and the secret."))
    return Verified(signed.delivery_id, hashlib.sha256(signed.message).hexdigest() if signed.at is not None else None)


def _key(scheme: Scheme, secret: str) -> bytes:
    """Standard Webhooks writes its secrets as `whsec_` and base64; the others use the text."""
    if scheme != "standard-webhooks":
        return secret.encode("utf-8", "replace")
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureError(
            _("The secret is none of Standard Webhooks: `whsec_` and base64."),
            code="signature.no_secret",
        ) from error


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _standard(headers: Mapping[str, str], body: bytes, _header: str) -> _Signed:
    id_, at = _required(headers, "webhook-id"), _required(headers, "webhook-timestamp")
    listed = _required(headers, "webhook-signature").split(" ")
    found = [text.removeprefix("v1,") for text in listed if text.startswith("v1,")]
    message = f"{id_}.{at}.".encode() + body
    return _Signed(message, [_base64(text) for text in found], id_, at)


def _shopify(headers: Mapping[str, str], body: bytes, _header: str) -> _Signed:
    signature = _base64(_required(headers, "x-shopify-hmac-sha256"))
    return _Signed(body, [signature], headers.get("x-shopify-webhook-id") or None)


def _stripe(headers: Mapping[str, str], body: bytes, _header: str) -> _Signed:
    parts = [part.split("=", 1) for part in _required(headers, "stripe-signature").split(",")]
    pairs = [(part[0].strip(), part[1].strip()) for part in parts if len(part) == 2]
    at = next((value for name, value in pairs if name == "t"), None)
    if at is None:
        raise _malformed(_("Stripe-Signature has no time"))
    found = [_hex(value) for name, value in pairs if name == "v1"]
    return _Signed(f"{at}.".encode() + body, found, None, at)


def _slack(headers: Mapping[str, str], body: bytes, _header: str) -> _Signed:
    at = _required(headers, "x-slack-request-timestamp")
    signature = _required(headers, "x-slack-signature")
    if not signature.startswith("v0="):
        raise _malformed(_("X-Slack-Signature does not begin with v0="))
    return _Signed(f"v0:{at}:".encode() + body, [_hex(signature[3:])], None, at)


def _github(headers: Mapping[str, str], body: bytes, _header: str) -> _Signed:
    signature = _required(headers, "x-hub-signature-256")
    if not signature.startswith("sha256="):
        raise _malformed(_("X-Hub-Signature-256 does not begin with sha256="))
    return _Signed(body, [_hex(signature[7:])], headers.get("x-github-delivery") or None)


def _generic(headers: Mapping[str, str], body: bytes, header: str) -> _Signed:
    signature = _required(headers, header).removeprefix("sha256=")
    is_hex = len(signature) == 2 * hashlib.sha256().digest_size  # base64 of a digest is shorter
    return _Signed(body, [_hex(signature) if is_hex else _base64(signature)])


_SCHEMES: dict[Scheme, Callable[[Mapping[str, str], bytes, str], _Signed]] = {
    "standard-webhooks": _standard,
    "shopify": _shopify,
    "stripe": _stripe,
    "slack": _slack,
    "github": _github,
    "hmac-sha256": _generic,
}

SCHEMES: tuple[Scheme, ...] = tuple(_SCHEMES)


def _required(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if not value:
        raise SignatureError(_("The header %(name)s is missing.", name=name), code="signature.missing")
    return value


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if text.isascii() else b""
    except ValueError as error:
        raise _malformed(_("The signature is not hexadecimal")) from error


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed(_("The signature is not base64")) from error


def _check_time(text: str, now: datetime) -> None:
    """Old deliveries could be recorded and sent again."""
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise _malformed(_("The time of the signature is no number"))
    if abs(now.timestamp() - int(text)) > TOLERANCE.total_seconds():
        raise SignatureError(
            _("The delivery is more than five minutes old, or from the future."),
            code="signature.expired",
        )


def _malformed(words: str) -> SignatureError:
    return SignatureError(f"{words}.", code="signature.malformed")
