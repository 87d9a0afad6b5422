"""What of a step can be taken along: its call as a curl command, what a run received as a sample, as a test. Pure."""

import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import orjson

from studio.core.redact import MASK, is_secret_key

LONGEST = 20_000
"""Characters; what is longer does not go into a command line."""
TOKEN = "$STUDIO_TOKEN"  # noqa: S105 - the name of a variable of the shell, in the place of a secret
SECRET = "$SECRET"  # noqa: S105 - as above


def call(type_: str, input_: Any, effect_key: str | None) -> str | None:
    """An HTTP step's request, without what it signed in with; None where the step sends none, or too long a one."""
    if type_ != "action.http" or not isinstance(input_, dict) or not isinstance(input_.get("url"), str):
        return None
    method = str(input_.get("method") or "POST")
    words = ["curl", "-X", method, _address(input_["url"], input_.get("query"))]
    data, content_type = _body(input_) if method not in ("GET", "HEAD") else (None, None)
    headers = {str(name).lower(): str(value) for name, value in _table(input_.get("headers")).items()}
    if content_type is not None:
        headers.setdefault("content-type", content_type)
    if effect_key and method not in ("GET", "HEAD"):
        headers["idempotency-key"] = effect_key
    said = [f"{name}: {SECRET if is_secret_key(name) or MASK in value else value}" for name, value in headers.items()]
    said += _sign_in(input_)
    text = shlex.join(words) + "".join(f" -H {_quoted(one)}" for one in said)
    if data is not None:
        text += f" --data-raw {shlex.quote(data)}"
    return text if len(text) <= LONGEST else None


def sample(input_: Any) -> str | None:
    """What a run received, to be pasted into a trigger's sample; None where it is too large."""
    text = orjson.dumps(input_, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= LONGEST else None


def test(url: str, trigger: str, input_: Any) -> str | None:
    """A command that tries the draft on it, effects simulated. `url`: of the workflow's test-runs."""
    text = orjson.dumps({"trigger": trigger, "sample": input_}, option=orjson.OPT_NON_STR_KEYS).decode()
    if len(text) > LONGEST:
        return None
    words = ["curl", "-X", "POST", url, "-H", "Content-Type: application/json"]
    return f"{shlex.join(words)} -H {_quoted(f'Authorization: Bearer {TOKEN}')} --data-raw {shlex.quote(text)}"


def _address(url: str, query: Any) -> str:
    pairs = [(str(name), str(value)) for name, value in _table(query).items()]
    if not pairs:
        return url
    try:
        parts = urlsplit(url.strip())
    except ValueError:  # no address at all: shown as it stands
        return url
    asked = urlencode([*parse_qsl(parts.query, keep_blank_values=True), *pairs])
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", asked, ""))


def _body(input_: Mapping[str, Any]) -> tuple[str | None, str | None]:
    kind, body = input_.get("body_kind", "json"), input_.get("body")
    if kind == "none" or body is None:
        return None, None
    if kind == "form" and isinstance(body, dict):
        return urlencode({str(name): str(value) for name, value in body.items()}), "application/x-www-form-urlencoded"
    if kind == "text":
        return str(body), "text/plain; charset=utf-8"
    return orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS).decode(), "application/json"


def _sign_in(input_: Mapping[str, Any]) -> list[str]:
    kind = input_.get("auth", "none")
    if kind == "header":
        return [f"{input_.get('auth_header') or 'X-Api-Key'}: {SECRET}"]
    return [] if kind == "none" else [f"Authorization: {'Basic' if kind == 'basic' else 'Bearer'} {SECRET}"]


def _quoted(text: str) -> str:
    """As one word of a shell that still fills in the two variables."""
    for name in (SECRET, TOKEN):
        if text.endswith(name):
            return shlex.quote(text.removesuffix(name)) + f'"{name}"'
    return shlex.quote(text)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
