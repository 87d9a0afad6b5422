"""From a filled form to one request, as plain data. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from studio.connectors.openapi.calling import styles
from studio.connectors.openapi.calling.values import accepted
from studio.connectors.openapi.operations.operation import Binding, Operation
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Call:
    """One request, before it is signed."""

    method: str
    path: str
    """Escaped; behind the API's address, or behind its host where `at_origin`."""
    at_origin: bool
    query: str
    """Escaped; empty: none."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in small letters."""
    body: bytes | None = None
    content_type: str = ""

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


def call(operation: Operation, given: Any) -> Call:
    """What is sent for a filled form. Raises InvalidInput, with fields below `input`, for what cannot be sent."""
    values = accepted(operation.form, given, kept=operation.body_needs)
    _body_is_whole(operation, values)
    by_place: dict[str, list[tuple[Binding, Any]]] = {}
    for binding in operation.bindings:
        if binding.field in values:
            by_place.setdefault(binding.place, []).append((binding, _writable(binding, values[binding.field])))
    headers = {one.name.lower(): _header(one, value) for one, value in by_place.get("header", ())}
    cookies = [part for one, value in by_place.get("cookie", ()) for part in _in_query(one, value)]
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    query = [part for one, value in by_place.get("query", ()) for part in _in_query(one, value)]
    body = _body(operation, by_place)
    return Call(
        operation.method,
        _path(operation.path, by_place.get("path", [])),
        operation.at_origin,
        "&".join(query),
        headers,
        body,
        operation.content_type if body is not None else "",
    )


def _body_is_whole(operation: Operation, values: Mapping[str, Any]) -> None:
    """A body that may be left out has to be complete all the same, once anything of it is there."""
    body = {one.field for one in operation.bindings if one.place == "body"}
    missing = [name for name in operation.body_needs if name not in values]
    if missing and body & set(values):
        title = operation.form["properties"][missing[0]]["title"]
        words = _("%(title)s: This has to be filled in, too.", title=title)
        raise InvalidInput(words, code="openapi.required", field=f"input.{missing[0]}")


def _writable(one: Binding, value: Any) -> Any:
    """Whether JSON, and so any text, can be made of it: no number of more than 64 bits, no half a character."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        words = _("This cannot be written: a number is too long, or a character is not whole.")
        raise InvalidInput(words, code="openapi.unwritable", field=f"input.{one.field}") from error
    return value


def _path(template: str, filled: list[tuple[Binding, Any]]) -> str:
    path = template
    for one, value in filled:
        text = styles.in_path(one.name, _json(one, value), one.style, explode=one.explode)
        if not text or text in (".", ".."):
            words = _("“%(value)s” cannot stand in an address. Nothing was sent.", value=styles.written(value)[:80])
            raise InvalidInput(words, code="openapi.path", field=f"input.{one.field}")
        path = path.replace("{" + one.name + "}", text)
    # several variables in one step of the path may make dots together
    if any(part in (".", "..") for part in path.split("/")):
        words = _("Together these values lead to another address. Nothing was sent.")
        raise InvalidInput(words, code="openapi.path", field=f"input.{filled[0][0].field}" if filled else "input")
    return path


def _header(one: Binding, value: Any) -> str:
    text = styles.in_header(_json(one, value), explode=one.explode)
    if not text.isascii() or not text.isprintable():
        words = _("A header holds letters of ASCII only, and no line breaks. Nothing was sent.")
        raise InvalidInput(words, code="openapi.header", field=f"input.{one.field}")
    return text


def _in_query(one: Binding, value: Any) -> list[str]:
    return styles.in_query(one.name, _json(one, value), one.style, explode=one.explode)


def _json(one: Binding, value: Any) -> Any:
    return orjson.dumps(value).decode() if one.as_json else value


def _body(operation: Operation, by_place: Mapping[str, list[tuple[Binding, Any]]]) -> bytes | None:
    whole = by_place.get("whole")
    fields = by_place.get("body", [])
    if not operation.content_type or (not whole and not fields and not operation.body_required):
        return None
    value = whole[0][1] if whole else {one.name: held for one, held in fields}
    if operation.body_kind == "form":
        return _form(operation, value).encode()
    if operation.body_kind == "text":
        return styles.written(value).encode()
    return orjson.dumps(value)


def _form(operation: Operation, value: Any) -> str:
    """Lists are repeated, objects are JSON, unless the document says how they are written."""
    if not isinstance(value, Mapping):
        words = _("A form is an object of names and values.")
        raise InvalidInput(words, code="openapi.body", field="input.body")
    parts: list[str] = []
    for name, one in value.items():
        how = operation.encoding.get(name, {})
        if how.get("json"):
            parts += styles.in_query(name, orjson.dumps(one).decode(), "form", explode=True)
        elif how:
            parts += styles.in_query(name, one, how["style"], explode=how["explode"])
        elif isinstance(one, Mapping):
            parts += styles.in_query(name, styles.written(one), "form", explode=True)
        else:
            parts += styles.in_query(name, one, "form", explode=True)
    return "&".join(parts)
