"""A document from an address: through the one way out, once, with no redirect followed."""

from collections.abc import Callable

from studio.connectors.openapi.limits import FETCH_S, MAX_BYTES, MIB
from studio.core.errors import InvalidInput
from studio.core.http import HttpError, HttpRequest, HttpResponse
from studio.core.i18n import gettext as _

Send = Callable[[HttpRequest], HttpResponse]
OK = 200
REDIRECTS = (301, 302, 303, 307, 308)


def fetched(send: Send, address: str) -> bytes:
    """What stands there. Raises InvalidInput about the field `address`, with the HTTP client's code where it has one.

    Codes of its own: `openapi.too_large`, `openapi.redirect`, `openapi.not_there`.
    """
    accept = "application/json, application/yaml;q=0.9, */*;q=0.5"
    request = HttpRequest("GET", address.strip(), {"accept": accept}, timeout_s=FETCH_S, max_bytes=MAX_BYTES)
    try:
        answer = send(request)
    except HttpError as error:
        if error.code == "http.too_large":
            words = _(
                "The document there has more than %(most)s MiB, which is more than is read.", most=MAX_BYTES // MIB
            )
            raise _bad("openapi.too_large", words) from error
        raise _bad(error.code, error.message) from error
    if answer.status in REDIRECTS:
        where = next((value for name, value in answer.headers.items() if name.lower() == "location"), "")
        words = _("This address leads on to “%(where)s”. Give the address where it ends.", where=where[:200])
        raise _bad("openapi.redirect", words)
    if answer.status != OK:
        words = _("The other system answered %(status)s instead of a document.", status=answer.status)
        raise _bad("openapi.not_there", words)
    return answer.body


def _bad(code: str, words: str) -> InvalidInput:
    return InvalidInput(words, code=code, field="address")
