"""Which web pages may use a key in a browser."""

import re

from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.flags.serving.cache import Client
from studio.flags.serving.wire import Asked, Header, Reply

_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2000}\Z")
ANYBODY: tuple[Header, ...] = (("Access-Control-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin"))


def preflight(asked: Asked) -> Reply:
    """What a browser asks before it sends a key. Nothing is told yet, so any page may ask; the key decides then."""
    wanted = asked.header("ACCESS_CONTROL_REQUEST_HEADERS")
    headers = wanted if _NAMES.match(wanted) else "Authorization, Content-Type, If-None-Match"
    return Reply(
        204,
        b"",
        (
            *ANYBODY,
            ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
            ("Access-Control-Allow-Headers", headers),
            ("Access-Control-Max-Age", "7200"),
            ("Vary", "Access-Control-Request-Headers"),
        ),
    )


def allow(asked: Asked, client: Client) -> tuple[Header, ...]:
    """Headers that let the page read the answer. Raises Forbidden for a page of an origin that the key does not name.

    Who sends no origin is no web page: a phone, or a program.
    """
    origin = asked.header("ORIGIN")
    if not client.origins:
        return (*ANYBODY, ("Access-Control-Expose-Headers", "ETag, Retry-After"))
    if origin and origin.lower() not in client.origins:
        raise Forbidden(_("This key may not be used by pages of %(origin)s.", origin=origin[:200]), code="flags.origin")
    told = (("Access-Control-Allow-Origin", origin),) if origin else ()
    return (
        *told,
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("Access-Control-Expose-Headers", "ETag, Retry-After"),
        ("Vary", "Origin"),
    )
