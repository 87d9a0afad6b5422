"""What earlier steps give: the knowledge that checks and completion work with."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from studio.expressions.kinds import Kind, kind_of

_MONEY = re.compile(r"-?\d{1,15}\.\d{2}", re.ASCII)
_SAMPLED_ENTRIES = 50
_SAMPLED_DEPTH = 30


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
        so. ``format: money`` (or ``x-money: true``) marks a text that holds an amount. What
        cannot be read is “anything”; this never raises.
        """
        # Imported here: json_schema builds Schema, which this module defines.
        from studio.expressions.json_schema import read  # noqa: PLC0415

        return read(document)

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
    return Schema(kind, known=False, money=money, sample=value)


@dataclass(frozen=True, slots=True)
class Environment:
    """The root variables an expression may name, each with what is known about it.

    Roots are ``trigger``, ``steps`` (node key to that step's output), ``item`` and ``index``
    inside a loop, ``run`` and ``workspace``.
    """

    roots: Mapping[str, Schema]
