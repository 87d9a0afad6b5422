"""What an operation takes beside its body."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.connectors.openapi.document.following import Document, listed, mapping, text
from studio.connectors.openapi.operations.shapes import Reader, Shape

PLACES = ("path", "query", "header", "cookie")
_STYLES = {
    "path": ("simple", "label", "matrix"),
    "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "header": ("simple",),
    "cookie": ("form",),
}
_OURS = frozenset(
    {
        *("accept", "content-type", "authorization", "host", "content-length", "transfer-encoding", "connection"),
        *("idempotency-key", "cookie", "user-agent", "accept-encoding", "expect", "te", "upgrade"),
    }
)
"""Headers that no document fills: they frame the message, or Studio knows better."""
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}\Z")
_COOKIE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~\[\]-]{1,100}\Z")
_IN_PATH = re.compile(r"\{([^{}]{1,200})\}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of them."""

    name: str
    place: str
    required: bool
    style: str
    explode: bool
    as_json: bool
    """It is described by a content type: JSON in one text."""
    shape: Shape
    says: Mapping[str, Any]
    """The parameter object itself."""


def variables(path: str) -> list[str]:
    """Names in braces, in order, once each."""
    return list(dict.fromkeys(_IN_PATH.findall(path)))


def parameters(document: Document, reader: Reader, path: str, shared: Any, own: Any) -> list[Parameter]:
    """All parameters; an operation's own win over its path's. Raises Unreadable for one that leads nowhere."""
    found: dict[tuple[str, str], Parameter] = {}
    for raw in [*listed(shared), *listed(own)]:
        says, _reference = document.followed(raw)
        one = _parameter(reader, says)
        if one is not None:
            found[one.place, one.name] = one
    named = variables(path)
    for name in named:
        if ("path", name) not in found:  # nobody described it, and it must be filled all the same
            found["path", name] = Parameter(name, "path", True, "simple", False, False, Shape(type="string"), {})
    kept = [one for one in found.values() if one.place != "path" or one.name in named]
    return sorted(kept, key=lambda one: PLACES.index(one.place))


def _parameter(reader: Reader, says: Mapping[str, Any]) -> Parameter | None:
    name, place = text(says.get("name"), 200), says.get("in")
    if not name or place not in PLACES or not _can_be_sent(name, str(place)):
        return None
    content = mapping(says.get("content"))
    schema = says.get("schema")
    if content:
        schema = mapping(next(iter(content.values()))).get("schema")
    style = says.get("style")
    if style not in _STYLES[place]:
        style = _STYLES[place][0]
    explode = says.get("explode")
    return Parameter(
        name=name,
        place=place,
        required=place == "path" or says.get("required") is True,
        style=style,
        explode=explode if isinstance(explode, bool) else style in ("form", "deepObject"),
        as_json=bool(content),
        shape=reader.shape(schema),
        says=says,
    )


def _can_be_sent(name: str, place: str) -> bool:
    if place == "header":
        return bool(_HEADER.match(name)) and name.lower() not in _OURS
    return bool(_COOKIE.match(name)) if place == "cookie" else True
