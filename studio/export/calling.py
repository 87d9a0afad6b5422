"""What HTTP answers mean to a delivery."""

import gzip
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from studio.core.errors import InvalidInput, StudioError
from studio.core.http import HttpError, HttpResponse
from studio.core.i18n import gettext as _
from studio.export.components import Sending
from studio.export.outcomes import SENT, Fate, Verdict

_AGAIN = frozenset({408, 425, 429})
_REFUSED = frozenset({400, 415, 422})


def verdict(answer: HttpResponse, now: datetime) -> Verdict:
    """By the status alone: what a body says may hold anything."""
    status, code = answer.status, f"http.{answer.status}"
    if 200 <= status < 300:
        return SENT
    if status in _AGAIN or status >= 500:
        said = _("The destination is busy or out of order (HTTP %(status)s).", status=status)
        return Verdict(Fate.RETRY, code, said, retry_after_s(answer.headers, now))
    if status == 413:
        return Verdict(Fate.TOO_LARGE, code, _("The destination finds this too large (HTTP 413)."))
    if status in _REFUSED:
        return Verdict(Fate.REFUSED, code, _("The destination does not accept this (HTTP %(status)s).", status=status))
    return Verdict(Fate.HOLD, code, _held(status))


def of_error(error: StudioError) -> Verdict:
    """What an attempt means that got no answer: no connection, a refused address, a secret that is missing."""
    again = isinstance(error, HttpError) and error.retryable
    return Verdict(Fate.RETRY if again else Fate.HOLD, error.code, error.message)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds that `Retry-After` asks for, as a number or a date; 0 where it asks for nothing."""
    raw = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if raw.isascii() and raw.isdigit():
        return float(raw[:9])
    try:
        return max(0.0, (parsedate_to_datetime(raw) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def packed(body: bytes) -> bytes:
    """With gzip: the same bytes for the same body."""
    return gzip.compress(body, compresslevel=4, mtime=0)


def told(answer: HttpResponse) -> Mapping[str, Any]:
    """The object that an answer's body holds; empty where it holds none."""
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def credential(sending: Sending, name: str, host: str | None) -> str:
    """A secret that becomes part of a header. Raises as Sending.secret(), and InvalidInput where it cannot stand there.

    What builds requests would repeat a value that does not fit in its own error.
    """
    value = sending.secret(name, host).strip()
    if not value or not value.isascii() or not value.isprintable():
        said = _("The secret %(name)s holds characters that no header may hold. Store it again.", name=name)
        raise InvalidInput(said, code="export.bad_credential")
    return value


def _held(status: int) -> str:
    if status in (401, 403):
        return _("The destination does not let Studio in (HTTP %(status)s). Check its secret.", status=status)
    if status in (404, 405, 410):
        return _("There is nothing at the destination's address (HTTP %(status)s). Check it.", status=status)
    if 300 <= status < 400:
        return _("The destination leads elsewhere (HTTP %(status)s). Enter its final address.", status=status)
    return _("The destination refuses this connection (HTTP %(status)s). Check its settings.", status=status)
