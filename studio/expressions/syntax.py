"""The syntax tree of an expression: what our checks and completions walk."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

ConstKind = Literal["null", "bool", "int", "uint", "double", "string", "bytes"]


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: object
    kind: ConstKind
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Ident:
    """A root variable, a loop variable or the name of a type."""

    name: str
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Select:
    """``operand.field``; ``test`` where it came from ``has(operand.field)``."""

    operand: "Node"
    field: str
    test: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator."""

    function: str
    target: "Node | None"
    args: tuple["Node", ...]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class ListNode:
    """``[a, b]``; ``optional`` where an entry is written ``?a``, which Studio refuses."""

    items: tuple["Node", ...]
    optional: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class MapNode:
    """``{key: value}``; ``type_name`` and ``optional`` mark forms that Studio refuses."""

    entries: tuple[tuple["Node", "Node"], ...]
    type_name: str = ""
    optional: bool = False
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """An expanded macro over ``range``; ``step`` says which one."""

    variable: str
    range: "Node"
    accumulator: str
    init: "Node"
    condition: "Node"
    step: "Node"
    result: "Node"
    second_variable: str = ""
    position: int | None = None


Node = Const | Ident | Select | Call | ListNode | MapNode | Loop


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order they are written."""
    match node:
        case Select():
            return (node.operand,)
        case Call():
            return (node.target, *node.args) if node.target is not None else node.args
        case ListNode():
            return node.items
        case MapNode():
            return tuple(part for entry in node.entries for part in entry)
        case Loop():
            return (node.range, node.init, node.condition, node.step, node.result)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)
