"""One schema, made plain: references followed, `allOf` folded in, `null` and needless choices taken out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.connectors.openapi.document.following import Document, listed, mapping
from studio.connectors.openapi.refusing import Unreadable

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
SCALAR = frozenset({"string", "number", "integer", "boolean"})
MOST_CHOICES = 500
_MOST_PARTS = 40
_MOST_WORK = 4_000
"""Schemas looked at for one form or one answer."""

Trail = frozenset[str]
"""References that we are inside of."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is left: keywords of one schema, of at most one type."""

    keywords: Mapping[str, Any] = field(default_factory=dict)
    type: str | None = None
    """None: several, or nobody says."""
    nullable: bool = False
    choices: tuple[str, ...] = ()
    """Names of the kinds it may be, where it may be one of several."""
    trail: Trail = frozenset()
    recursive: bool = False
    """It holds itself."""

    @property
    def properties(self) -> Mapping[str, Any]:
        """Of an object."""
        return mapping(self.keywords.get("properties"))

    @property
    def required(self) -> frozenset[str]:
        """Names that must be there."""
        return frozenset(name for name in listed(self.keywords.get("required")) if isinstance(name, str))

    @property
    def enum(self) -> list[Any]:
        """The values it may have, without null; empty: any."""
        if "const" in self.keywords and self.keywords["const"] is not None:
            return _scalars([self.keywords["const"]])
        return _scalars(listed(self.keywords.get("enum")))


def _scalars(values: list[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values[:MOST_CHOICES]:
        if isinstance(value, str | int | float | bool) and value not in found:
            found.append(value)
    return found


class Reader:
    """Makes schemas plain, up to a bound for one form; what lies beyond it is “anything”."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._work = 0

    def shape(self, schema: Any, trail: Trail = frozenset()) -> Shape:
        """The shape of a schema; one that cannot be read is “anything”. Raises InvalidInput for a circle of names."""
        self._work += 1
        self._document.worked()
        if self._work > _MOST_WORK or not isinstance(schema, dict):
            return Shape(trail=trail)
        try:
            found, reference = self._document.followed(schema)
        except Unreadable:
            return Shape(trail=trail)
        if reference is not None:
            if reference in trail:
                return Shape(mapping({"title": found.get("title")}), recursive=True, trail=trail)
            trail = trail | {reference}
        return self._plain(found, trail)

    def _plain(self, schema: Mapping[str, Any], trail: Trail) -> Shape:
        keywords = dict(schema)
        nullable = keywords.pop("nullable", None) is True
        recursive = False
        for part in listed(keywords.pop("allOf", None))[:_MOST_PARTS]:
            shape = self.shape(part, trail)
            recursive = recursive or shape.recursive
            keywords = _folded(keywords, shape)
        choices: tuple[str, ...] = tuple(keywords.pop("x-choices", ()))
        several = listed(keywords.pop("oneOf", None)) or listed(keywords.pop("anyOf", None))
        keywords.pop("anyOf", None)
        if several:
            keywords, chosen = self._chosen(keywords, several, trail)
            nullable = nullable or chosen.nullable
            recursive = recursive or chosen.recursive
            choices = (*choices, *chosen.choices)
        kind, null = _type(keywords)
        return Shape(keywords, kind, nullable or null, choices, trail, recursive)

    def _chosen(self, keywords: dict[str, Any], several: list[Any], trail: Trail) -> tuple[dict[str, Any], Shape]:
        """One of several: where all but one say no more than “or nothing”, that one; where all are words, all words."""
        shapes = [self.shape(one, trail) for one in several[:_MOST_PARTS]]
        real = [one for one in shapes if not _says_nothing(one)]
        nullable = len(real) < len(shapes)
        if len(real) == 1:
            only = real[0]
            chosen = Shape({}, None, nullable or only.nullable, only.choices, trail, only.recursive)
            return _folded(keywords, only), chosen
        kinds = {one.type for one in real}
        if real and kinds <= SCALAR and not any(one.choices for one in real):
            return {**keywords, **_scalar_of(real)}, Shape(nullable=nullable)
        if real and all(set(_names(one)) == {"required"} for one in real):  # “one of these must be there”
            return keywords, Shape(nullable=nullable)
        own = {} if keywords.get("properties") else {"properties": None, "items": None, "type": None}
        kind = real[0].type if len(kinds) == 1 and real else None
        names = tuple(_name(one) for one in real)
        return {**keywords, **own, "type": keywords.get("type") or kind, "x-open": True}, Shape(
            {}, None, nullable, names
        )


def _names(shape: Shape) -> Iterator[str]:
    return (name for name, value in shape.keywords.items() if value is not None)


def _says_nothing(shape: Shape) -> bool:
    """`null`, or the empty text by which some providers let a value be unset."""
    kind = shape.keywords.get("type")
    if kind == "null" or (isinstance(kind, list) and set(map(str, kind)) == {"null"}):
        return True
    enum = shape.keywords.get("enum")
    return isinstance(enum, list) and bool(enum) and all(one is None or one == "" for one in enum)


def _scalar_of(shapes: list[Shape]) -> dict[str, Any]:
    """One schema for values of several simple kinds."""
    if all(one.enum for one in shapes):
        values = _scalars([value for one in shapes for value in one.enum])
        kinds = {one.type for one in shapes}
        return {"enum": values, "type": kinds.pop() if len(kinds) == 1 else None}
    kinds = {one.type for one in shapes}
    kind = kinds.pop() if len(kinds) == 1 else "number" if kinds <= {"number", "integer"} else "string"
    return {"type": kind, "x-loose": True} if kind == "string" else {"type": kind}


def _name(shape: Shape) -> str:
    said = shape.keywords.get("title") or shape.keywords.get("x-name")
    return str(said)[:60] if isinstance(said, str) else (shape.type or "")


def _folded(keywords: dict[str, Any], part: Shape) -> dict[str, Any]:
    """Both hold: fields of both, and otherwise what was said first."""
    folded = {**part.keywords, **{name: value for name, value in keywords.items() if value is not None}}
    mine, theirs = mapping(keywords.get("properties")), part.properties
    if theirs or mine:
        folded["properties"] = {**theirs, **mine}
    needed = [*listed(keywords.get("required")), *part.required]
    if needed:
        folded["required"] = sorted({name for name in needed if isinstance(name, str)})
    if part.choices:
        folded["x-choices"] = [*listed(keywords.get("x-choices")), *part.choices]
    if part.type is not None and folded.get("type") is None:
        folded["type"] = part.type
    return folded


def _type(keywords: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The one type, and whether null is allowed beside it."""
    said = keywords.get("type")
    names = [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str)]
    real = [one for one in names if one in TYPES]
    if set(real) == {"integer", "number"}:
        real = ["number"]
    if len(real) == 1:
        return real[0], "null" in names
    if len(real) > 1:
        return ("string" if set(real) <= SCALAR else None), "null" in names
    return _guessed(keywords), "null" in names


def _guessed(keywords: Mapping[str, Any]) -> str | None:
    if isinstance(keywords.get("properties"), dict) and keywords["properties"]:
        return "object"
    if isinstance(keywords.get("items"), dict):
        return "array"
    values = listed(keywords.get("enum"))
    if values and all(isinstance(one, str) for one in values):
        return "string"
    return None
