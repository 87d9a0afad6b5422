"""From an answer, or its absence, to what the step says: what happened, what did not, what to do now."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from studio.contract.results import Done, Fail
from studio.core.http import HttpError, HttpRequest, HttpResponse
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.targets import Sign
from studio.runtime.storable import storable

PASSING = frozenset({408, 425, 429})
"""Refusals that may end by themselves; so may every 5xx but 501 and 505."""
FINAL_SERVER_ERRORS = frozenset({501, 505})
SHOWN = 300
_SIGNS = {
    "http.url": Sign.NONE, "http.refused_address": Sign.NONE, "http.too_large": Sign.WELL, "http.bad_answer": Sign.WELL
}  # fmt: skip
"""What having no answer says of the target, where that is not that it is down."""
_HIDDEN = frozenset({"set-cookie", "www-authenticate", "proxy-authenticate"})
_REASONS = {
    400: marked("%(host)s did not understand the request (%(status)s)"),
    401: marked("%(host)s did not accept the sign-in (%(status)s)"),
    403: marked("%(host)s does not allow this (%(status)s)"),
    404: marked("%(host)s knows nothing at this address (%(status)s)"),
    405: marked("%(host)s does not allow this method at this address (%(status)s)"),
    409: marked("%(host)s says this conflicts with what it holds (%(status)s)"),
    410: marked("%(host)s says this is gone for good (%(status)s)"),
    413: marked("%(host)s says the request is too large (%(status)s)"),
    415: marked("%(host)s does not take this kind of body (%(status)s)"),
    422: marked("%(host)s refused what was sent (%(status)s)"),
    429: marked("%(host)s received too many requests (%(status)s)"),
}
_ADVICE = {
    401: marked("Check the secret under “Sign in with”."),
    403: marked("Check the secret's rights there."),
    404: marked("Check the URL."),
    405: marked("Check the method."),
}


def outcome(request: HttpRequest, response: HttpResponse, now: datetime) -> Done | Fail:
    """What the step says to an answer."""
    output = _output(response)
    status = response.status
    if 200 <= status < 300:
        return Done(output, note=_("%(request)s answered %(status)s", request=host_of(request), status=status))
    if 300 <= status < 400:
        message = _(
            "%(request)s answered %(status)s: it points to another address, which Studio does not "
            "follow, so this was probably not carried out. Put the new address into the URL.",
            request=host_of(request),
            status=status,
        )
        return Fail("http.redirect", message, output=output, field="config.url", target=Sign.WELL)
    passing = status in PASSING or (status >= 500 and status not in FINAL_SERVER_ERRORS)
    asked = _retry_after(response, now) if passing else None
    return Fail(
        f"http.status_{status}",
        _refusal(request, status, output["body"], passing=passing),
        retryable=passing,
        retry_after_s=asked,
        output=output,
        target=_sign(status, asked),
    )


def _sign(status: int, asked: float | None) -> Sign:
    """An error of its own speaks against the target; a refusal does not, and a pause is what it asked for."""
    if status == 429 and asked:
        return Sign.BUSY
    return Sign.DOWN if status >= 500 and status not in FINAL_SERVER_ERRORS else Sign.WELL


def not_answered(request: HttpRequest, error: HttpError) -> Fail:
    """No answer came. Whether the target has seen the request decides whether a repeat is safe."""
    host, field = host_of(request), f"config.{error.field}" if error.field else None
    sign = _SIGNS.get(error.code, Sign.DOWN)
    if request.method in ("GET", "HEAD") or not error.seen:
        message = _("%(message)s. Nothing was changed at %(host)s.", message=error.message.rstrip("."), host=host)
        return Fail(error.code, message, retryable=error.retryable, field=field, target=sign)
    message = _(
        "%(message)s. The request had already left, so %(host)s may or may not have carried it out. "
        "Look there before you repeat it.",
        message=error.message.rstrip("."),
        host=host,
    )
    return Fail(error.code, message, retryable=error.retryable, unknown=True, field=field, target=sign)


def host_of(request: HttpRequest) -> str:
    """Whom people think of: the host."""
    return urlsplit(request.url).hostname or _("The other system")


def _refusal(request: HttpRequest, status: int, body: Any, *, passing: bool) -> str:
    host = host_of(request)
    if status >= 500:
        what = _("%(host)s had an error of its own (%(status)s)", host=host, status=status)
    else:
        refused = marked("%(host)s refused the request (%(status)s)")
        what = _(_REASONS.get(status, refused), host=host, status=status)
    said = _said(body)
    told = f": {said.rstrip('.')}." if said else "."
    usual = _("Trying again later may help.") if passing else _("Correct the step, then run it again.")
    advice = _(_ADVICE[status]) if status in _ADVICE else usual
    done = "" if status >= 500 else _(" Nothing was done there.")
    return f"{what}{told}{done} {advice}"


def _said(body: Any) -> str:
    """The answer's own words, where it has some in a usual place."""
    if isinstance(body, dict):
        for name in ("message", "detail", "error_description", "title", "error", "errors"):
            value = body.get(name)
            if isinstance(value, dict):
                value = value.get("message")
            if isinstance(value, str) and value.strip():
                return _one_line(value)
        return ""
    return _one_line(body) if isinstance(body, str) and not body.lstrip().startswith("<") else ""


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"


def _output(response: HttpResponse) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in response.headers.items() if name.lower() not in _HIDDEN}
    return {
        "status": response.status,
        "headers": headers,
        "body": _body(headers.get("content-type", ""), response.body),
        "elapsed_ms": round(response.elapsed_s * 1000),
    }


def _body(content_type: str, body: bytes) -> Any:
    if not body:
        return None
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("application/json", "text/json") or kind.endswith("+json") or not kind:
        try:
            return storable(orjson.loads(body))
        except (ValueError, UnicodeError):
            pass  # it says JSON and is none: people see it as the text that it is
    return body.decode("utf-8", "replace").replace("\0", "\ufffd")


def _retry_after(response: HttpResponse, now: datetime) -> float | None:
    """Seconds or an HTTP date, as the target wrote it; None where it wrote neither."""
    text = next((value for name, value in response.headers.items() if name.lower() == "retry-after"), "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
