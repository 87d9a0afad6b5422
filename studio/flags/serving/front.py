"""Requests of flags' clients, answered in front of Flask.

Libraries ask every few seconds from everywhere, and a framework request costs many times what such an answer does
(docs/decisions/webhooks-before-flask.md).

Flask knows the same addresses (`routes.py`) and answers there for methods that they do not take.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog

from studio.core.clashes import is_outage
from studio.core.errors import StudioError, Unavailable
from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.core.ids import new_id
from studio.core.problems import Unexpected
from studio.flags.serving.addresses import BEGINNINGS
from studio.flags.serving.serving import Serving
from studio.flags.serving.wire import Environ, Reply

log = structlog.get_logger()

Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_LINES = {one.value: f"{one.value} {one.phrase}" for one in HTTPStatus}
_LATER = marked("The database did not answer in time. Asking again is safe.")
_SORRY = marked("Studio could not answer this. Nothing was changed; asking again is safe.")
NOSNIFF = ("X-Content-Type-Options", "nosniff")


class FlagFront:
    """A WSGI application before another: answers clients of flags, passes everything else on."""

    def __init__(self, inner: Application, serving: Serving) -> None:
        self._inner, self._serving = inner, serving

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        path: str = environ["PATH_INFO"]
        if not path.startswith(BEGINNINGS):
            return self._inner(environ, start_response)
        reply = answer(self._serving, environ)
        if reply is None:
            return self._inner(environ, start_response)
        body = b"" if environ["REQUEST_METHOD"] == "HEAD" else reply.body
        if reply.stream is not None:
            start_response(_LINES[reply.status], [NOSNIFF, *reply.headers])
            return reply.stream
        length = [] if reply.status in (204, 304) else [("Content-Length", str(len(reply.body)))]
        start_response(_LINES[reply.status], [NOSNIFF, *reply.headers, *length])
        return [body]


def answer(serving: Serving, environ: Environ) -> Reply | None:
    """What a request is answered; None: it is none of these, or of another method."""
    found = serving.find(environ)
    if found is None:
        return None
    one, asked = found
    try:
        return one.handle(asked)
    except StudioError as error:
        return one.refuse(asked, error)
    except Exception as error:  # a library gets an answer it can act on; the log has the trace
        if is_outage(error):  # each request of an outage would log the same trace
            log.warning("flags_not_answered", error=str(error))
            return one.refuse(asked, Unavailable(_(_LATER)))
        log.exception("flags_failed", request_id=new_id().hex, route=one.address.path)
        return one.refuse(asked, Unexpected(_(_SORRY)))
