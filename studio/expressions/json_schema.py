"""Reads JSON Schema into Schema, as far as names and kinds go."""

from collections.abc import Mapping
from dataclasses import replace

from studio.expressions.kinds import Kind, kind_of
from studio.expressions.schema import Schema, merged

_MAX_DEPTH = 24
_KINDS: dict[object, Kind] = {
    "object": "object",
    "array": "list",
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "bool",
    "null": "null",
}
_MONEY_FORMATS = ("money", "decimal")


def read(document: Mapping[str, object]) -> Schema:
    """The shape a JSON Schema describes; “anything” where it cannot be read."""
    return _Reader(document).shape(document, 0)


class _Reader:
    def __init__(self, document: Mapping[str, object]) -> None:
        self.document = document

    def shape(self, schema: object, depth: int) -> Schema:
        if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
            return Schema()
        if "$ref" in schema:
            return self.shape(self.target(schema["$ref"]), depth + 1)
        shape = self.own(schema, depth)
        for part in _listed(schema.get("allOf")):
            shape = _both(shape, self.shape(part, depth + 1))
        options = [*_listed(schema.get("anyOf")), *_listed(schema.get("oneOf"))]
        if options:
            shape = _both(shape, self.either(options, depth))
        return shape

    def either(self, options: list[object], depth: int) -> Schema:
        shapes = [self.shape(option, depth + 1) for option in options]
        found = shapes[0]
        for shape in shapes[1:]:
            found = merged(found, shape)
        return found

    def target(self, reference: object) -> object:
        if not isinstance(reference, str) or not reference.startswith("#"):
            return None
        found: object = self.document
        for part in reference.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            found = found.get(key) if isinstance(found, Mapping) else None
        return found

    def own(self, schema: Mapping[str, object], depth: int) -> Schema:
        kind = _kind(schema)
        if kind == "object":
            return self.object(schema, depth)
        if kind == "list":
            items = schema.get("items")
            entries = self.shape(items, depth + 1) if isinstance(items, Mapping) else None
            return Schema("list", entries=entries, sample=_sample(schema))
        money = schema.get("x-money") is True or schema.get("format") in _MONEY_FORMATS
        return Schema(kind, money=money and kind == "string", sample=_sample(schema))

    def object(self, schema: Mapping[str, object], depth: int) -> Schema:
        properties = schema.get("properties")
        listed = properties if isinstance(properties, Mapping) else {}
        fields = {str(name): self.shape(one, depth + 1) for name, one in listed.items()}
        more = schema.get("additionalProperties", not fields)
        closed = more is False and "patternProperties" not in schema
        return Schema("object", fields, closed=closed, sample=_sample(schema))


def _both(one: Schema, other: Schema) -> Schema:
    """What holds for a value that has both shapes."""
    if one.kind == "any":
        return replace(other, sample=other.sample if other.sample is not None else one.sample)
    if other.kind == "any":
        return one
    both = merged(one, other)
    return replace(both, closed=one.closed or other.closed)


def _kind(schema: Mapping[str, object]) -> Kind:
    stated = schema.get("type")
    if isinstance(stated, list):
        kinds = {_KINDS.get(one, "any") for one in stated} - {"null"}
        return kinds.pop() if len(kinds) == 1 else "any"
    if isinstance(stated, str):
        return _KINDS.get(stated, "any")
    if "properties" in schema:
        return "object"
    if "items" in schema:
        return "list"
    values = [schema["const"]] if "const" in schema else _listed(schema.get("enum"))
    kinds = {kind_of(value) for value in values} - {"null"}
    return kinds.pop() if len(kinds) == 1 else "any"


def _sample(schema: Mapping[str, object]) -> object:
    for key in ("examples", "enum"):
        listed = _listed(schema.get(key))
        if listed:
            return listed[0]
    for key in ("example", "const", "default"):
        if key in schema:
            return schema[key]
    return None


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
