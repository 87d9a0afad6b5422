"""Which values of a workflow a template may ask for, each with the place that it stands in. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from studio.contract.node import NodeType, node_type
from studio.expressions import is_template
from studio.runtime.document import Document, Step
from studio.runtime.fields import Path, label, leaves

AskedKind = Literal["number", "text", "email", "duration", "people"]
LONGEST = 200
UNITS = ("minutes", "hours", "days")
_TOKEN = re.compile(r"""(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?<![\w.\[])(?P<number>\d+(?:\.\d+)?)(?![\w.])""")
"""A text or a number of an expression; not an index, and not the digits of a name."""
_CALLED = re.compile(r"(?:duration|timestamp|[rRbB])\(?\s*$")
"""Before a text that is no text of its own: part of a call, or raw."""
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where one value stands: a step, a path in its set-up, and in an expression which stretch of it."""

    node: str
    path: Path
    span: tuple[int, int] | None = None

    @property
    def key(self) -> str:
        """It as one word, for forms and programs."""
        at = f"@{self.span[0]}" if self.span else ""
        return ".".join([self.node, *map(str, self.path)]) + at


@dataclass(frozen=True, slots=True)
class Askable:
    """One value that may be asked for."""

    place: Place
    kind: AskedKind
    step: str
    """The step's name."""
    field: str
    """What people call the field."""
    value: Any
    """As it stands there: a number, a text, a span of time, or whom approvals ask."""
    decimals: bool = False
    """Of a number in an expression: it stays one with decimals."""


def askable(document: Document) -> list[Askable]:
    """Every value, in the order of the steps."""
    return [one for step in document.nodes if (found := node_type(step.type)) for one in _of_step(step, found)]


def _of_step(step: Step, found: type[NodeType]) -> Iterator[Askable]:
    sources = {leaf.path: leaf for leaf in leaves(found, step.config)}
    for leaf in sources.values():
        if leaf.kind != "template":
            for kind, value, span, decimals in _literals(leaf.source):
                yield _one(step, found, leaf.path, kind, value, span=span, decimals=decimals)
    fields = found.Config.model_json_schema().get("properties", {})
    for name, value in step.config.items():
        if name != "sample" and (name,) not in sources:
            for path, kind, plain in _plain(fields.get(name, {}), value, (name,)):
                yield _one(step, found, path, kind, plain)


def _one(
    step: Step, found: type[NodeType], path: Path, kind: AskedKind, value: Any,
    *, span: tuple[int, int] | None = None, decimals: bool = False,
) -> Askable:  # fmt: skip
    return Askable(Place(step.key, path, span), kind, step.name, label(found.Config, path), value, decimals)


def _literals(source: str) -> Iterator[tuple[AskedKind, Any, tuple[int, int], bool]]:
    """Numbers, and texts without escapes; what they stand for is what people read."""
    if '"""' in source or "'''" in source:
        return
    for found in _TOKEN.finditer(source):
        if found["number"]:
            plain = found["number"]
            yield "number", float(plain) if "." in plain else int(plain), found.span(), "." in plain
        elif "\\" not in found[0] and 0 < len(found[0]) - 2 <= LONGEST and not _CALLED.search(source[: found.start()]):
            yield "text", found[0][1:-1], found.span(), False


def _plain(schema: Mapping[str, Any], value: Any, path: Path) -> Iterator[tuple[Path, AskedKind, Any]]:
    """Of a field that is no source."""
    widget = schema.get("x-widget")
    if widget == "people":
        if isinstance(value, list) and value and all(str(one).startswith(("user:", "group:")) for one in value):
            yield path, "people", value
    elif widget == "duration":
        if isinstance(value, dict) and value.get("unit") in UNITS and type(value.get("amount")) is int:
            yield path, "duration", value
    elif "x-expression" not in schema and "enum" not in schema and widget in (None, "textarea"):
        yield from _simple(schema, value, path)


def _simple(schema: Mapping[str, Any], value: Any, path: Path) -> Iterator[tuple[Path, AskedKind, Any]]:
    form = schema.get("type")
    if form in ("integer", "number") and isinstance(value, int | float) and not isinstance(value, bool):
        yield path, "number", value
    elif form == "string" and isinstance(value, str):
        yield from _words(value, path)
    elif form == "array" and isinstance(value, list) and schema.get("items", {}).get("type") == "string":
        for index, entry in enumerate(value):
            if isinstance(entry, str) and "enum" not in schema["items"]:
                yield from _words(entry, (*path, index))


def _words(value: str, path: Path) -> Iterator[tuple[Path, AskedKind, Any]]:
    if value.strip() and len(value) <= LONGEST and not is_template(value):
        yield path, "email" if _EMAIL.fullmatch(value) else "text", value
