"""Which data an expression touches: its static paths, found without running it."""

import re
from dataclasses import dataclass

from studio.expressions.catalogue import TYPE_NAMES
from studio.expressions.syntax import Call, Const, Ident, Loop, Node, Select, children

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RESERVED = frozenset(
    {
        "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import",
        "in", "let", "loop", "namespace", "null", "package", "return", "true", "var", "void",
        "while",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathUse:
    """One use of data from outside the expression, such as ``trigger.order.total``."""

    segments: tuple[str, ...]
    presence: bool = False
    """Only asked for with ``has()``."""
    optional: bool = False
    """Reached through ``?.``, so that its absence is no error."""
    depth: int = 0
    """How many macros it is inside of: it is used again for each entry of each."""
    position: int | None = None
    """Where its root stands in the source."""

    @property
    def text(self) -> str:
        """The path as it is written."""
        return written(self.segments)


def written(segments: tuple[str, ...]) -> str:
    """A path as an expression: ``trigger.order["odd key"]``."""
    text = segments[0]
    for segment in segments[1:]:
        if _NAME.fullmatch(segment) and segment not in RESERVED:
            text += f".{segment}"
        else:
            text += f"[{quoted(segment)}]"
    return text


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quoted(text: str) -> str:
    """A text as a CEL literal in double quotes."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    code = ord(character)
    if code < 0x20 or code == 0x7F or 0x80 <= code < 0xA0 or code in (0x2028, 0x2029, 0xFEFF):
        return f"\\u{code:04x}"
    return character


def chain(node: Node) -> PathUse | None:
    """The static path a node spells, None where part of it is computed."""
    match node:
        case Ident(name, position):
            return PathUse((name,), position=position)
        case Select(operand, field, test):
            return _extend(operand, field, presence=test)
        case Call("_[_]", None, (operand, Const(str(key), "string"))):
            return _extend(operand, key)
        case Call("_?._" | "_[?_]", None, (operand, Const(str(key), "string"))):
            return _extend(operand, key, optional=True)
        case _:
            return None


def _extend(operand: Node, key: str, *, presence: bool = False, optional: bool = False) -> PathUse | None:
    base = chain(operand)
    if base is None:
        return None
    return PathUse((*base.segments, key), presence, base.optional or optional, position=base.position)


def uses(tree: Node) -> list[PathUse]:
    """Every use of outside data, in the order written; loop variables are not outside data."""
    found: list[PathUse] = []
    _collect(tree, frozenset(TYPE_NAMES), found, 0)
    return found


def _collect(node: Node, bound: frozenset[str], found: list[PathUse], depth: int) -> None:
    path = chain(node)
    if path is not None:
        root = path.segments[0]
        if root not in bound and not root.startswith("@"):
            found.append(PathUse(path.segments, path.presence, path.optional, depth, path.position))
        return
    if isinstance(node, Loop):
        _collect(node.range, bound, found, depth)
        inner = bound | {node.variable, node.second_variable, node.accumulator}
        for part in (node.init, node.condition, node.step, node.result):
            _collect(part, inner, found, depth + 1)
        return
    for child in children(node):
        _collect(child, bound, found, depth)
