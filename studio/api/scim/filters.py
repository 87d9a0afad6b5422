"""SCIM's filters and paths (RFC 7644, 3.4.2.2 and 3.5.2): text in, a tree out. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

LONGEST = 2_000
DEEPEST = 20
COMPARING = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")
_URN = re.compile(r"urn:[a-z0-9:._-]+:(?=[A-Za-z$])", re.IGNORECASE)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[()\[\]])|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z$][\w$:.-]*)|(?P<end>\Z))"""
)


class BadFilter(ValueError):
    """It cannot be read, with the reason in English."""


@dataclass(frozen=True, slots=True)
class Compare:
    """`userName eq "a"`; `attribute` in lower case, without its schema."""

    attribute: str
    operator: str
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Present:
    """`externalId pr`."""

    attribute: str


@dataclass(frozen=True, slots=True)
class Both:
    """`… and …`."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Either:
    """`… or …`."""

    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Negated:
    """`not (…)`."""

    inner: "Node"


Node = Compare | Present | Both | Either | Negated


@dataclass(frozen=True, slots=True)
class Path:
    """`emails[type eq "work"].value`: the attribute, which of its values, and what of them. All in lower case."""

    attribute: str
    which: Node | None = None
    part: str = ""


def parse(text: str) -> Node:
    """A filter as a tree. Raises BadFilter."""
    reader = _Reader(text)
    node = reader.either(0)
    reader.must_end()
    return node


def parse_path(text: str) -> Path:
    """Where a PATCH goes. Raises BadFilter."""
    reader = _Reader(text)
    name, part = _split(reader.attribute())
    which = reader.within() if reader.took("[") else None
    if which is not None and reader.kind == "text_after_dot":
        part = reader.after_dot()
    reader.must_end()
    return Path(name, which, part)


def bare(name: str) -> str:
    """An attribute's name in lower case, without the schema before it."""
    return _URN.sub("", name, count=1).lower()


def fits(node: Node, value: Any) -> bool:
    """Whether one value of a list is meant: an object, or a plain text that stands for its `value`. In any case."""
    held = value if isinstance(value, Mapping) else {"value": value}
    lower = {str(name).lower(): one for name, one in held.items()}
    match node:
        case Both(left, right):
            return fits(left, value) and fits(right, value)
        case Either(left, right):
            return fits(left, value) or fits(right, value)
        case Negated(inner):
            return not fits(inner, value)
        case Present(attribute):
            return lower.get(attribute) not in (None, "", [])
        case Compare(attribute, operator, wanted):
            return _compares(lower.get(attribute), operator, wanted)


def _compares(held: Any, operator: str, wanted: Any) -> bool:
    one, other = _plain(held), _plain(wanted)
    if operator in ("eq", "ne"):
        return (one == other) is (operator == "eq")
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    return {
        "co": other in one, "sw": one.startswith(other), "ew": one.endswith(other),
        "gt": one > other, "ge": one >= other, "lt": one < other, "le": one <= other,
    }[operator]  # fmt: skip


def _plain(value: Any) -> Any:
    """Texts in any case; `"True"` is true, as Entra ID writes it."""
    if isinstance(value, str):
        lower = value.lower()
        return {"true": True, "false": False}.get(lower, lower)
    return value


class _Reader:
    """Reads from left to right, with one token in sight."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise BadFilter(f"it is longer than {LONGEST} characters")
        self._text, self._at = text, 0
        self.kind = self.said = ""
        self._next()

    def either(self, depth: int) -> Node:
        node = self._both(depth)
        while self._word("or"):
            node = Either(node, self._both(depth))
        return node

    def within(self) -> Node:
        node = self.either(1)
        if not self.took("]"):
            raise BadFilter("a ] is missing")
        return node

    def attribute(self) -> str:
        if self.kind != "word":
            raise BadFilter(f"an attribute is missing before “{self.said[:20]}”")
        name = bare(self.said)
        self._next()
        return name

    def after_dot(self) -> str:
        found = self.said[1:].lower()
        self._next()
        return found

    def took(self, mark: str) -> bool:
        if self.kind != "mark" or self.said != mark:
            return False
        self._next()
        return True

    def must_end(self) -> None:
        if self.kind != "end":
            raise BadFilter(f"“{self.said[:20]}” was not expected")

    def _both(self, depth: int) -> Node:
        node = self._one(depth)
        while self._word("and"):
            node = Both(node, self._one(depth))
        return node

    def _one(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise BadFilter("it is nested too deeply")
        if self._word("not"):
            if not (self.kind == "mark" and self.said == "("):
                raise BadFilter("“not” needs ( after it")
            return Negated(self._one(depth + 1))
        if self.took("("):
            node = self.either(depth + 1)
            if not self.took(")"):
                raise BadFilter("a ) is missing")
            return node
        name = self.attribute()
        return self._inside(name, depth) if self.took("[") else self._compared(name)

    def _inside(self, name: str, depth: int) -> Node:
        """`emails[type eq "work"]` is `emails.type eq "work"`, of one value."""
        node = self.either(depth + 1)
        if not self.took("]"):
            raise BadFilter("a ] is missing")
        found = _under(name, node)
        if self.kind == "text_after_dot":  # Entra ID goes on behind the bracket
            return Both(found, self._compared(f"{name}.{self.after_dot()}"))
        return found

    def _compared(self, name: str) -> Node:
        operator = self.said.lower() if self.kind == "word" else ""
        if operator == "pr":
            self._next()
            return Present(name)
        if operator not in COMPARING:
            raise BadFilter(f"“{self.said[:20]}” is no comparison")
        self._next()
        value = self._value()
        self._next()
        return Compare(name, operator, value)

    def _value(self) -> str | float | bool | None:
        if self.kind == "text":
            try:
                found: str = orjson.loads(self.said)
            except orjson.JSONDecodeError:
                raise BadFilter("a text is not written as in JSON") from None
            return found
        if self.kind == "number":
            return float(self.said)
        known = {"true": True, "false": False, "null": None}
        if self.kind == "word" and self.said.lower() in known:
            return known[self.said.lower()]
        raise BadFilter("a value is missing")

    def _word(self, word: str) -> bool:
        if self.kind != "word" or self.said.lower() != word:
            return False
        self._next()
        return True

    def _next(self) -> None:
        if self._at and self._text[self._at - 1] == "]" and self._text[self._at : self._at + 1] == ".":
            found = re.compile(r"\.[A-Za-z$][\w$-]*").match(self._text, self._at)
            kind = "text_after_dot"
        else:
            found = _TOKEN.match(self._text, self._at)
            kind = (found.lastgroup or "") if found else ""
        if found is None:
            raise BadFilter(f"“{self._text[self._at : self._at + 20]}” cannot be read")
        self.kind, self.said, self._at = kind, found[kind] if kind != "text_after_dot" else found[0], found.end()


def _under(name: str, node: Node) -> Node:
    match node:
        case Both(left, right):
            return Both(_under(name, left), _under(name, right))
        case Either(left, right):
            return Either(_under(name, left), _under(name, right))
        case Negated(inner):
            return Negated(_under(name, inner))
        case Present(attribute):
            return Present(f"{name}.{attribute}")
        case Compare(attribute, operator, value):
            return Compare(f"{name}.{attribute}", operator, value)


def _split(name: str) -> tuple[str, str]:
    first, _dot, part = name.partition(".")
    return first, part
