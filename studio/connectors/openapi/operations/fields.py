"""From a schema to one field of a form, in the subset of JSON Schema that the editor draws.

What a form cannot show calmly becomes one JSON field: choices between objects, deep nesting, objects with free names.
"""

from collections.abc import Mapping
from typing import Any

from studio.connectors.openapi.document.following import listed, mapping
from studio.connectors.openapi.operations.shapes import SCALAR, Reader, Shape
from studio.connectors.openapi.operations.wording import example, from_name, sentence
from studio.core.i18n import gettext as _

MOST_FIELDS = 200
"""In one object; more make it a JSON field."""
_LONG_TEXTS = frozenset({"description", "body", "message", "note", "notes", "content", "text", "comment"})
_BOUNDS = {
    "string": ("minLength", "maxLength"), "number": ("minimum", "maximum"), "integer": ("minimum", "maximum"),
    "array": ("minItems", "maxItems"),
}  # fmt: skip
_FORMATS = ("date", "date-time", "email", "uri", "uuid", "time")


class Fields:
    """Makes fields for one form, nested no deeper than `deepest`."""

    def __init__(self, reader: Reader, deepest: int) -> None:
        self.reader = reader
        self.deepest = deepest
        self.made = 0
        """Fields so far, nested ones too."""

    def field(
        self, name: str, shape: Shape, *, depth: int = 0, says: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """One field. `says`: what the parameter around the schema says of it, before the schema does."""
        self.made += 1
        field = self._drawn(shape, depth)
        field["title"] = from_name(name)
        if field.get("type") == "string" and "enum" not in field and name.lower() in _LONG_TEXTS:
            field["x-widget"] = "textarea"
        words = self._help(shape, says or {})
        if words:
            field["description"] = words
        shown = _examples(shape, says or {}, field)
        if shown is not None:
            field["examples"] = [shown]
        return field

    def _drawn(self, shape: Shape, depth: int) -> dict[str, Any]:
        if shape.recursive or shape.choices or shape.type is None:
            return _json(shape)
        if shape.enum and shape.type in SCALAR:
            return {"type": shape.type, "enum": shape.enum}
        if shape.type == "object":
            return self._object(shape, depth)
        if shape.type == "array":
            return self._array(shape, depth)
        field = {"type": shape.type, **_bounds(shape)}
        if shape.type == "string":
            field["x-template"] = True
            if shape.keywords.get("format") in _FORMATS:
                field["format"] = shape.keywords["format"]
        return field

    def _object(self, shape: Shape, depth: int) -> dict[str, Any]:
        if shape.properties:
            too_many = len(shape.properties) > MOST_FIELDS
            if depth >= self.deepest or too_many or any("." in str(name) for name in shape.properties):
                return _json(shape)
            properties = writable(self.reader, shape)
            fields = {name: self.field(name, one, depth=depth + 1) for name, one in properties.items()}
            required = [name for name in fields if name in shape.required]
            return {"type": "object", "properties": fields, **({"required": required} if required else {})}
        free = shape.keywords.get("additionalProperties")
        if isinstance(free, dict) and free and self.reader.shape(free, shape.trail).type == "string":
            return {"type": "object", "additionalProperties": {"type": "string", "x-template": True}}
        return _json(shape)

    def _array(self, shape: Shape, depth: int) -> dict[str, Any]:
        entry = self.reader.shape(shape.keywords.get("items"), shape.trail)
        bounds = _bounds(shape)
        if entry.recursive or entry.choices or entry.type is None:
            return {**_json(shape), **bounds}
        if entry.type == "string" or (entry.enum and entry.type in SCALAR):
            items: dict[str, Any] = {"type": entry.type}
            items |= {"enum": entry.enum} if entry.enum else {"x-template": True}
            return {"type": "array", "items": items, **bounds}
        if entry.type == "object" and entry.properties:
            drawn = self._object(entry, depth)
            if "x-widget" not in drawn:
                return {"type": "array", "items": drawn, **bounds}
        return {**_json(shape), **bounds}

    def _help(self, shape: Shape, says: Mapping[str, Any]) -> str:
        words = [sentence(says.get("description")) or sentence(shape.keywords.get("description"))]
        kinds = [name for name in dict.fromkeys(shape.choices) if name]
        if kinds:
            words.append(_("One of: %(kinds)s.", kinds=", ".join(kinds[:12])))
        default = shape.keywords.get("default")
        if isinstance(default, str | int | float) and default != "":
            shown = str(default).lower() if isinstance(default, bool) else str(default)[:80]
            words.append(_("Empty means %(default)s.", default=shown))
        return " ".join(word for word in words if word)


def writable(reader: Reader, shape: Shape) -> dict[str, Shape]:
    """Properties that a request may carry; what must be there and is not described may be anything."""
    undescribed = {name: Shape() for name in sorted(shape.required) if name and name not in shape.properties}
    shapes = {str(name): reader.shape(one, shape.trail) for name, one in shape.properties.items() if name}
    return {name: one for name, one in shapes.items() if one.keywords.get("readOnly") is not True} | undescribed


def _json(shape: Shape) -> dict[str, Any]:
    """Anything, written as JSON."""
    kind = {"type": shape.type} if shape.type in ("array", "object") and not shape.choices else {}
    return {**kind, "x-widget": "json", "x-template": True}


def _bounds(shape: Shape) -> dict[str, Any]:
    """Limits that make sense; a pattern is left to the other system, for a hostile one would hang us."""
    found: dict[str, Any] = {}
    for name in _BOUNDS.get(shape.type or "", ()):
        value = shape.keywords.get(name)
        whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        if whole or (isinstance(value, float) and name in ("minimum", "maximum")):
            found[name] = value
    if shape.type in ("number", "integer"):
        return found
    return {name: value for name, value in found.items() if value >= 0 and (name.startswith("max") or value)}


def _examples(shape: Shape, says: Mapping[str, Any], field: Mapping[str, Any]) -> Any:
    """What the document shows for it, as far as the field could hold it."""
    named = says.get("examples")
    candidates = [says.get("example"), *(one.get("value") for one in _named(named)), shape.keywords.get("example")]
    candidates += [*listed(shape.keywords.get("examples"))[:1], shape.keywords.get("default")]
    if "properties" in field or (field.get("type") == "array" and "x-widget" not in field and "enum" in field["items"]):
        return None
    return next((found for one in candidates if (found := example(one)) is not None and _fits(found, field)), None)


def _named(examples: Any) -> list[Mapping[str, Any]]:
    return [mapping(one) for one in mapping(examples).values()][:1]


def _fits(value: Any, field: Mapping[str, Any]) -> bool:
    if "enum" in field:
        return value in field["enum"]
    kinds: dict[Any, Any] = {
        "string": str, "number": int | float, "integer": int, "boolean": bool, "array": list, "object": dict,
    }  # fmt: skip
    wanted = kinds.get(field.get("type"))
    if wanted is None:
        return True
    return isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
