"""`/hooks/<address>`: where shops and other systems deliver.

Answered in front of Flask's request machinery: a delivery needs no session, no person and no template, and a framework
request costs over ten times what reading and accepting one does (docs/decisions/webhooks-before-flask.md).
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import orjson
import structlog

from studio.core.clashes import is_outage
from studio.core.deliveries import MAX_BYTES, Delivery, Receive, Reply, WrongMethod
from studio.core.errors import StudioError, TooLarge, Unavailable
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import new_id
from studio.core.metrics import HOOKS_REFUSED
from studio.core.problems import Unexpected, as_problem

log = structlog.get_logger()

PREFIX = "/hooks/"
_LATER = marked("The database did not answer in time. Sending it again is safe.")
_SORRY = marked("Studio could not take this delivery. Nothing was started; sending it again is safe.")
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_HEADERS = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


class HookFront:
    """A WSGI application before another: takes deliveries, passes everything else on."""

    def __init__(self, inner: Application, routes: Mapping[str, Receive]) -> None:
        """`routes`: who takes deliveries at addresses that begin so, below PREFIX; the first that fits."""
        self._inner, self._routes = inner, routes

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request; a delivery's answer leaves after the commit."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._inner(environ, start_response)
        begin = next(begin for begin in self._routes if path.startswith(begin))
        reply = self._answer(self._routes[begin], path[len(begin) :], environ)
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else orjson.dumps(reply.data)
        phrase = HTTPStatus(reply.status).phrase
        kind = "application/problem+json" if "code" in reply.data else "application/json"
        headers = [*_HEADERS, *reply.headers, ("Content-Type", kind), ("Content-Length", str(len(body)))]
        start_response(f"{reply.status} {phrase}", headers)
        return [body]

    def _answer(self, receive: Receive, address: str, environ: Environ) -> Reply:
        try:
            return receive(address, _delivery(environ))
        except StudioError as error:
            HOOKS_REFUSED.labels(error.code).inc()
            return _refusal(error)
        except Exception as error:  # whoever delivers gets an answer it can act on; the log has the trace
            if is_outage(error):  # each delivery of an outage would log the same trace
                log.warning("delivery_not_taken", error=str(error))
                return _refusal(Unavailable(_(_LATER)))
            request_id = new_id().hex
            log.exception("delivery_failed", request_id=request_id)
            return Reply(500, as_problem(Unexpected(_(_SORRY)), request_id))


def _refusal(error: StudioError) -> Reply:
    more = [("Allow", error.allowed)] if isinstance(error, WrongMethod) else []
    if error.retry_after_s is not None:
        more.append(("Retry-After", str(error.retry_after_s)))
    return Reply(error.status, as_problem(error, None), more)


def _delivery(environ: Environ) -> Delivery:
    return Delivery(
        environ["REQUEST_METHOD"],
        environ.get("CONTENT_TYPE", ""),
        _headers(environ),
        dict(parse_qsl(environ["QUERY_STRING"])) if environ.get("QUERY_STRING") else {},
        _body(environ),
    )


def _headers(environ: Environ) -> Mapping[str, str]:
    return {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}


def _body(environ: Environ) -> bytes:
    """At most one byte more than is allowed is ever read."""
    length = environ.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > MAX_BYTES:
        raise TooLarge(
            _("The body is larger than %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)),
            code="webhook.too_large",
        )
    wanted = int(length) if length.isdecimal() else MAX_BYTES + 1
    body: bytes = environ["wsgi.input"].read(wanted)
    return body
