"""One request of a client and what it is answered, without a framework around them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import orjson

from studio.core.errors import StudioError, TooLarge
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.problems import as_problem

MAX_BYTES = 1_048_576
"""Of a body."""

Environ = dict[str, Any]
Header = tuple[str, str]


class BadRequest(StudioError):
    """What was sent cannot be read. Libraries expect this status, where Studio's own API says 422."""

    status = 400
    code = "flags.request"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, over the WSGI environ. `name` is the last part of the address where that is a flag's name."""

    environ: Environ
    name: str = ""

    @property
    def method(self) -> str:
        """`GET`, `POST` and so on."""
        return str(self.environ["REQUEST_METHOD"])

    def header(self, name: str) -> str:
        """A header by its name in the environ, such as `ORIGIN`; empty: it was not sent."""
        return str(self.environ.get(f"HTTP_{name}", ""))

    @property
    def key(self) -> str:
        """The client's key: `Authorization`, with or without `Bearer`, else `X-API-Key`. Empty: none was sent."""
        sent: str = self.environ.get("HTTP_AUTHORIZATION") or self.environ.get("HTTP_X_API_KEY") or ""
        return (sent[7:] if sent[:7].lower() == "bearer " else sent).strip()

    def query(self) -> list[tuple[str, str]]:
        """What stands behind the question mark, in order."""
        text: str = self.environ.get("QUERY_STRING") or ""
        return parse_qsl(text, keep_blank_values=True, max_num_fields=500) if text else []

    def body(self) -> bytes:
        """All that was sent. Raises TooLarge; at most one byte more than is allowed is ever read."""
        length = self.environ.get("CONTENT_LENGTH") or ""
        declared = int(length) if length.isdecimal() and len(length) < 20 else None
        if declared is not None and declared > MAX_BYTES:
            raise _too_large()
        found: bytes = self.environ["wsgi.input"].read(MAX_BYTES + 1 if declared is None else declared)
        if len(found) > MAX_BYTES:
            raise _too_large()
        return found

    def document(self) -> dict[str, Any]:
        """The body as a JSON object. Raises TooLarge, BadRequest."""
        try:
            found = orjson.loads(self.body() or b"{}")
        except ValueError:
            raise BadRequest(_("The body is not JSON in UTF-8."), code="flags.not_json") from None
        if not isinstance(found, dict):
            raise BadRequest(_("The body is no JSON object."), code="flags.not_object")
        return found


def _too_large() -> TooLarge:
    return TooLarge(
        _("The body is larger than %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)), code="flags.too_large"
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Sequence[Header] = ()
    stream: Iterable[bytes] | None = None
    """Instead of `body`: parts that are sent as they come."""


Handle = Callable[[Asked], Reply]
"""Raises StudioError for what is refused."""

JSON = ("Content-Type", "application/json")
PRIVATE = ("Cache-Control", "private, no-cache")


def as_json(data: Any, status: int = 200, *headers: Header) -> Reply:
    """Answer with a document."""
    return Reply(status, orjson.dumps(data), (JSON, PRIVATE, *headers))


def refusal(error: StudioError) -> Reply:
    """Answer with problem+json (RFC 9457)."""
    return Reply(
        error.status,
        orjson.dumps(as_problem(error, None)),
        (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"), *retry_after(error)),
    )


def retry_after(error: StudioError) -> tuple[Header, ...]:
    """When it is worth asking again, where that is known."""
    return () if error.retry_after_s is None else (("Retry-After", str(error.retry_after_s)),)


def matches(sent: str, etag: str) -> bool:
    """Whether `If-None-Match` names what would be sent. What is no list of tags names nothing.

    Compared weakly, as RFC 9110 asks: proxies turn a tag into a weak one where they compress.
    """
    if not sent:
        return False
    if sent == etag or sent.strip() == "*":
        return True
    wanted = etag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == wanted for one in sent.split(","))
