"""What runs get of an event: an example, and its JSON Schema. Pure."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from studio.connectors.hooks.events import KINDS, ShopEvent, data_of

_ABOUT = {"connection": "main-shop", "scope": None, "delivery_id": "msg_2Kq0Vn", "at": "2026-03-02T10:15:02+00:00"}
_TEXT = {"type": "string"}
_PART = {
    "type": "object", "properties": {"id": _TEXT, "name": _TEXT}, "required": ["id", "name"],
    "additionalProperties": False,
}  # fmt: skip


def of_event(event: ShopEvent | str) -> dict[str, Any]:
    """An example of an event of a shop."""
    event = ShopEvent(event)
    data = data_of(event, KINDS[event].sample)
    return {"event": event.value, **_ABOUT, **data, "raw": {"id": KINDS[event].sample.model_dump()["id"]}}


@cache
def schema_of(event: ShopEvent | str) -> Mapping[str, Any]:
    """The schema of what runs get."""
    kind = KINDS[ShopEvent(event)]
    shape = plain(type(kind.sample))
    about = {"event": _TEXT, "connection": _TEXT, "scope": {"anyOf": [_PART, {"type": "null"}]}, "delivery_id": _TEXT,
             "at": _TEXT}  # fmt: skip
    return {
        "type": "object", "properties": {**about, kind.name: shape, "raw": {}}, "required": [*about, kind.name, "raw"],
        "additionalProperties": False,
    }  # fmt: skip


def plain(model: type[BaseModel]) -> dict[str, Any]:
    """A model's schema with no references in it, and without titles."""
    schema = model.model_json_schema(mode="serialization")
    known = schema.pop("$defs", {})
    found: dict[str, Any] = _inlined(schema, known)
    return found


def _inlined(value: Any, known: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_inlined(one, known) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _inlined(known[value["$ref"].rpartition("/")[2]], known)
    kept = {name: one for name, one in value.items() if name != "title" or not isinstance(one, str)}
    return {name: _inlined(one, known) for name, one in kept.items() if name not in ("default", "description")}
