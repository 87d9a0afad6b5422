"""What earlier steps give: the knowledge that checks and completion work with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from studio.expressions.kinds import Kind, kind_of
from studio.expressions.library import is_date

_MONEY = re.compile(r"-?\d{1,15}\.\d{2}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
"""Python reads more as a date, numbers such as 20260331 among it."""
_SAMPLED_ENTRIES = 50
_SAMPLED_DEPTH = 30
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
_DATE_FORMATS = ("date-time", "date")


@dataclass(frozen=True, slots=True)
class Schema:
    """The shape of one value. Build it with the class methods; ``Schema()`` is “anything”."""

    kind: Kind = "any"
    fields: Mapping[str, "Schema"] = field(default_factory=dict)
    """Of an object: its fields."""
    entries: "Schema | None" = None
    """Of a list: what one entry looks like. Of an optional: what it may hold."""
    closed: bool = False
    """Of an object: whether there are no fields but ``fields``."""
    known: bool = True
    """False where this was read off a sample: what it lacks may still come."""
    money: bool = False
    """A text that holds an amount, such as ``"150.00"``."""
    date: bool = False
    """A text that holds a moment or a day, such as ``"2026-03-31T09:00:00Z"``."""
    sample: object = None
    """An example value, None where there is none."""

    @classmethod
    def anything(cls) -> "Schema":
        """A value nobody knows anything about: everything about it is accepted."""
        return cls()

    @classmethod
    def of_kind(cls, kind: Kind, sample: object = None) -> "Schema":
        """A value of one kind: ``Schema.of_kind("string")``."""
        return cls(kind=kind, sample=sample)

    @classmethod
    def of_fields(cls, fields: Mapping[str, "Schema"], *, known: bool = True) -> "Schema":
        """An object with exactly these fields, such as the root ``steps``."""
        return cls(kind="object", fields=dict(fields), closed=True, known=known)

    @classmethod
    def list_of(cls, entries: "Schema") -> "Schema":
        """A list of such entries."""
        return cls(kind="list", entries=entries, known=entries.known)

    @classmethod
    def from_json_schema(cls, document: Mapping[str, object]) -> "Schema":
        """From a JSON Schema (draft 2020-12; ``$ref`` within the document only).

        An object that lists ``properties`` has no others unless ``additionalProperties`` says
        so. ``format: money`` (or ``x-money: true``) marks a text that holds an amount,
        ``date-time`` and ``date`` one that holds a date. What cannot be read is “anything”; this never raises.
        """
        return _Reader(document).shape(document, 0)

    @classmethod
    def from_sample(cls, value: object) -> "Schema":
        """From one example. Unknown paths below it are warnings: another event may have them."""
        return _sampled(value, 0)

    def field(self, name: str) -> "Schema | None":
        """The field's shape; None where there is no such field; “anything” where nobody knows."""
        if self.kind == "any":
            return Schema(known=self.known)
        if self.kind != "object":
            return None
        found = self.fields.get(name)
        if found is None and not self.closed:
            return Schema(known=self.known)
        return found

    def entry(self) -> "Schema":
        """What one entry of a list, or the inside of an optional, looks like."""
        return self.entries if self.entries is not None else Schema(known=self.known)

    def at(self, segments: Iterable[str]) -> "Schema | None":
        """The shape at the end of a path, None where the path leaves what is known."""
        found: Schema | None = self
        for segment in segments:
            if found is None:
                return None
            found = found.field(segment)
        return found


def merged(one: Schema, other: Schema) -> Schema:
    """What holds for values of either shape: fields of both, “anything” where kinds differ."""
    known = one.known and other.known
    if one.kind == "null" or other.kind == "null":
        return replace(other if one.kind == "null" else one, known=known)
    if one.kind != other.kind:
        return Schema(known=known, sample=one.sample)
    fields = dict(one.fields)
    for name, shape in other.fields.items():
        fields[name] = merged(fields[name], shape) if name in fields else shape
    entries = one.entries or other.entries
    if one.entries is not None and other.entries is not None:
        entries = merged(one.entries, other.entries)
    return Schema(
        kind=one.kind,
        fields=fields,
        entries=entries,
        closed=one.closed and other.closed,
        known=known,
        money=one.money and other.money,
        date=one.date and other.date,
        sample=one.sample if one.sample is not None else other.sample,
    )


def _sampled(value: object, depth: int) -> Schema:
    kind = kind_of(value)
    if depth > _SAMPLED_DEPTH:
        return Schema(known=False)
    if isinstance(value, Mapping):
        fields = {str(name): _sampled(entry, depth + 1) for name, entry in value.items()}
        return Schema("object", fields, closed=True, known=False)
    if isinstance(value, list | tuple):
        entries: Schema | None = None
        for entry in value[:_SAMPLED_ENTRIES]:
            shape = _sampled(entry, depth + 1)
            entries = shape if entries is None else merged(entries, shape)
        return Schema("list", entries=entries, known=False)
    if kind == "null":
        return Schema(known=False)
    money = isinstance(value, str) and _MONEY.fullmatch(value) is not None
    date = isinstance(value, str) and _DATE.match(value) is not None and is_date(value)
    return Schema(kind, known=False, money=money, date=date, sample=value)


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
        date = schema.get("format") in _DATE_FORMATS and kind == "string"
        return Schema(kind, money=money and kind == "string", date=date, sample=_sample(schema))

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


@dataclass(frozen=True, slots=True)
class Environment:
    """The root variables an expression may name, each with what is known about it.

    Roots are ``trigger``, ``steps`` (node key to that step's output), ``item`` and ``index``
    inside a loop, ``run`` and ``workspace``.
    """

    roots: Mapping[str, Schema]
