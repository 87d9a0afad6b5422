"""Sending one request."""

import re
import socket
from collections.abc import Sequence

import requests
from AntiSSRF import AntiSSRFError  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError as Urllib3Error

from studio.core import clock, tracing
from studio.core.http import body
from studio.core.http.errors import HttpError
from studio.core.http.messages import HttpRequest, HttpResponse
from studio.core.http.wire import Adapter, Exchange, Hosts, LookUpTooLong, RefusedPort, headers_of
from studio.core.i18n import gettext
from studio.core.metrics import HTTP_SECONDS

CONNECT_S = 10.0
_METHOD = re.compile(r"[A-Z]{1,20}\Z")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_USER_AGENT = "Studio/1 (+automation)"


class Client:
    """Sends requests to the outside. Any thread may use it."""

    def __init__(self, allowed_hosts: Sequence[str] = ()) -> None:
        """`allowed_hosts`: inner hosts (`host` or `host:port`) that may be called nonetheless."""
        self._hosts = Hosts(tuple(allowed_hosts))

    def send(self, request: HttpRequest) -> HttpResponse:
        """Send it; a redirect is an answer like any other. Raises HttpError."""
        began = clock.monotonic()
        outcome = "error"
        try:
            with Exchange(request.timeout_s) as exchange:
                response = self._exchange(request, exchange, began)
            outcome = f"{response.status // 100}xx"
        finally:
            HTTP_SECONDS.labels(outcome).observe(clock.monotonic() - began)
        return response

    def _exchange(self, request: HttpRequest, exchange: Exchange, began: float) -> HttpResponse:
        prepared = _prepared(request)
        with requests.Session() as session:
            session.trust_env = False
            adapter = Adapter(exchange, self._hosts)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            try:
                with session.send(
                    prepared,
                    stream=True,
                    allow_redirects=False,
                    timeout=(min(CONNECT_S, exchange.left_s), exchange.left_s),
                ) as answer:
                    content = body.read(answer.raw, request.max_bytes)
            except Exception as error:
                raise _explained(error, exchange, request) from error
            if exchange.expired:
                raise _timed_out(exchange, request)
            return HttpResponse(answer.status_code, dict(answer.headers), content, clock.monotonic() - began)


def _prepared(request: HttpRequest) -> requests.PreparedRequest:
    """Ready to send. What two readers of an address could read differently is refused."""
    if not _METHOD.match(request.method):
        raise _bad_url(gettext("%(method)s is no HTTP method.", method=f"{request.method!r}"), "method")
    if _UNSAFE.search(request.url):
        raise _bad_url(gettext("The address holds a space, a backslash or a control character."))
    headers = {"User-Agent": _USER_AGENT, **headers_of(request.headers)}
    headers |= {"Accept-Encoding": "gzip, deflate", "Connection": "close"}
    _trace(headers)
    try:
        prepared = requests.Request(request.method, request.url, headers=headers, data=request.body).prepare()
    except (requests.RequestException, ValueError) as error:
        raise _bad_url(gettext("This is no address that can be called: %(error)s", error=error)) from error
    except Urllib3Error as error:
        raise _bad_url(gettext("This is no address that can be called: %(error)s", error=error)) from error
    scheme, _, rest = (prepared.url or "").partition("://")
    if scheme not in ("http", "https"):
        raise _bad_url(gettext("The address must begin with https:// or http://."))
    if "@" in re.split(r"[/?#]", rest, maxsplit=1)[0]:
        raise _bad_url(gettext("The address names a user. Put sign-in data into a secret instead."))
    return prepared


def _trace(headers: dict[str, str]) -> None:
    """Name the step that calls, so that what the other side does hangs below it. Whoever says it by hand is right.

    It comes after all signing: signatures cover the headers that they name, and this is none of them.
    """
    parent = tracing.traceparent()
    if parent is not None and not any(name.lower() == "traceparent" for name in headers):
        headers["traceparent"] = parent


def _bad_url(message: str, field: str = "url") -> HttpError:
    return HttpError(message, code="http.url", seen=False, retryable=False, field=field)


def _explained(error: Exception, exchange: Exchange, request: HttpRequest) -> HttpError:
    """What happened, in words; where the fault is the address, the field is named."""
    if exchange.expired or isinstance(error, LookUpTooLong):
        return _timed_out(exchange, request)
    refused = _refused(error)
    if refused is not None:
        return HttpError(refused, code="http.refused_address", seen=False, retryable=False, field="url")
    if isinstance(error, body.TooLarge):
        return HttpError(
            gettext("The answer is larger than %(max_bytes)s bytes.", max_bytes=request.max_bytes),
            code="http.too_large",
            seen=True,
            retryable=False,
        )
    if isinstance(error, body.BadAnswer):
        words = gettext("The answer's body is not packed as its headers say.")
        return HttpError(words, code="http.bad_answer", seen=True, retryable=False)
    code, words = _broken(error, exchange)
    return HttpError(words, code=code, seen=exchange.sent, retryable=True)


def _refused(error: Exception) -> str | None:
    if isinstance(error, RefusedPort):
        return gettext(
            "Port %(error)s is not called: only 80 and 443 are, or hosts that the operator lists.", error=error
        )
    if isinstance(error, AntiSSRFError):
        return gettext("This address is not called: it leads inside, where workflows must not reach.")
    return None


def _broken(error: Exception, exchange: Exchange) -> tuple[str, str]:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "http.dns", gettext("The host's name is not known.")
    if isinstance(error, requests.exceptions.SSLError) and not exchange.sent:
        return "http.tls", gettext("No secure connection: the certificate or the protocol does not fit.")
    if isinstance(error, requests.exceptions.Timeout) and exchange.sent:
        return "http.timeout", gettext("The other system did not answer in time.")
    if not exchange.sent:
        return "http.connect", gettext("No connection to the other system.")
    return "http.broken", gettext("The connection broke before the answer was complete.")


def _timed_out(exchange: Exchange, request: HttpRequest) -> HttpError:
    words = gettext("The other system took longer than %(timeout_s)s seconds.", timeout_s=f"{request.timeout_s:g}")
    return HttpError(words, code="http.timeout", seen=exchange.sent, retryable=True)
