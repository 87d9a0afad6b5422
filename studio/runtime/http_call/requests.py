"""From an HTTP step's config to one request, with its secret put in last."""

from base64 import b64encode
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from studio.contract.node import Context
from studio.core.errors import InvalidInput
from studio.core.http import HttpRequest
from studio.core.i18n import gettext as _
from studio.runtime.http_call.settings import READING, HttpSettings

TIMEOUT_S = 30.0
"""Unless the step says another one."""
_PORTS = {"http": 80, "https": 443}
OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})
"""Headers that a step may not set by hand."""


def build(ctx: Context, config: HttpSettings) -> HttpRequest:
    """The request. Raises InvalidInput for an address or header that cannot be sent."""
    url = _url(config)
    body, content_type = (None, None) if config.method in READING else _body(config)
    headers = _headers(config)
    if content_type is not None:
        headers.setdefault("content-type", content_type)
    headers.setdefault("accept", "application/json, text/*;q=0.9, */*;q=0.5")
    if config.method not in READING and ctx.effect_key:
        headers["idempotency-key"] = ctx.effect_key
    if config.auth != "none":
        name, value = _sign_in(ctx, config, urlsplit(url).hostname)
        headers[name] = value
    timeout_s = ctx.timeout_s or TIMEOUT_S
    return HttpRequest(config.method, url, headers, body, timeout_s=timeout_s, max_bytes=config.max_kib * 1024)


def target(url: str) -> str | None:
    """Scheme, host and port of an address, as calls to it are counted; None where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if port is None or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host.rstrip('.')}:{port}"


def _url(config: HttpSettings) -> str:
    parts = urlsplit(config.url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        message = _("“%(url)s” is no web address. It begins with https:// and names a host.", url=config.url[:200])
        raise InvalidInput(message, code="http.url", field="config.url")
    if parts.username or parts.password:
        message = _("An address with a password in it would show up in logs. Put it under “Sign in with”.")
        raise InvalidInput(message, code="http.url", field="config.url")
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *config.query.items()] if config.query else None
    query = urlencode(pairs) if pairs is not None else parts.query
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def _headers(config: HttpSettings) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in config.headers.items():
        lower = name.strip().lower()
        if not lower or not all(
            character.isascii() and (character.isalnum() or character in "-_.") for character in lower
        ):
            raise InvalidInput(
                _("“%(name)s” cannot be the name of a header.", name=name[:80]),
                code="http.header",
                field="config.headers",
            )
        if lower in OURS:
            raise InvalidInput(
                _("Studio sets the header %(lower)s itself. Remove it.", lower=lower),
                code="http.header",
                field="config.headers",
            )
        if any(character in value for character in "\r\n\0"):
            message = _("The header %(lower)s would hold a line break. Nothing was sent.", lower=lower)
            raise InvalidInput(message, code="http.header", field="config.headers")
        headers[lower] = value
    return headers


def _body(config: HttpSettings) -> tuple[bytes | None, str | None]:
    if config.body_kind == "none" or config.body is None:
        return None, None
    if config.body_kind == "json":
        return orjson.dumps(config.body, option=orjson.OPT_NON_STR_KEYS), "application/json"
    if config.body_kind == "form":
        if not isinstance(config.body, dict):
            raise InvalidInput(
                _("A form's body is an object of names and values."), code="http.body", field="config.body"
            )
        return urlencode(_pairs(config.body)).encode(), "application/x-www-form-urlencoded"
    return _text(config.body).encode(), "text/plain; charset=utf-8"


def _pairs(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, _text(one)) for name, value in fields.items() for one in (value if isinstance(value, list) else [value])
    ]


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else orjson.dumps(value).decode()


def _sign_in(ctx: Context, config: HttpSettings, host: str | None) -> tuple[str, str]:
    name = config.secret or ""
    secret = ctx.ports.secrets.reveal(
        ctx.run.workspace_id, name, purpose=f"HTTP request of the step “{ctx.node_name}”", host=host
    )
    ctx.redact(secret)
    if any(character in secret for character in "\r\n\0"):
        raise InvalidInput(
            _("The secret %(name)s holds a line break. Save it anew.", name=name),
            code="http.secret",
            field="config.secret",
        )
    if config.auth == "bearer":
        return "authorization", f"Bearer {secret}"
    if config.auth == "basic":
        encoded = b64encode(secret.encode()).decode()
        ctx.redact(encoded)
        return "authorization", f"Basic {encoded}"
    return config.auth_header.lower(), secret
