"""What is changed in an expression between reading and running it.

- Arithmetic, conversions and equality that may meet a number as text go to ``library``, which
  follows the number rule: their calls are renamed (``_+_`` to ``@+_``; nobody can write an ``@``).
- ``timestamp`` gets its value by way of ``library``, which knows more ways to write a date.
- ``map`` and ``filter`` collect into a list outside the engine. Its own way is
  ``accumulator + [entry]``, which copies the list in every turn: 9,000 entries took seconds and
  over a gigabyte.
"""

from dataclasses import replace
from itertools import count

from studio.expressions.infer import Inference
from studio.expressions.library import ARITHMETIC, CONVERSIONS, EQUALITY, PREPARED
from studio.expressions.literals import is_no_number
from studio.expressions.schema import Environment, Schema
from studio.expressions.syntax import (
    Call,
    Const,
    Ident,
    ListNode,
    Loop,
    MapNode,
    Node,
    Select,
)

RENAMED = {**ARITHMETIC, **EQUALITY, **CONVERSIONS}
BEGIN, PUSH = "@begin", "@push"
COLLECT = {"timestamp": "@dates", "duration": "@durations"}
COLLECT_ANY = "@collect"
_TRUE = Const(True, "bool")


def renamed(name: str) -> str:
    """The name under which ``library`` replaces a function of the engine."""
    return "@" + name[1:]


def rewrite(tree: Node) -> Node:
    """The tree that is run in the place of the one that was read."""
    return _Rewriter().node(tree)


class _Rewriter:
    def __init__(self) -> None:
        self.numbers = count(1)

    def node(self, node: Node) -> Node:
        match node:
            case Select():
                return replace(node, operand=self.node(node.operand))
            case Call():
                return self.call(node)
            case ListNode(items):
                return replace(node, items=tuple(self.node(item) for item in items))
            case MapNode(entries):
                pairs = tuple((self.node(key), self.node(value)) for key, value in entries)
                return replace(node, entries=pairs)
            case Loop():
                return self.loop(node)
            case Const() | Ident():
                return node

    def call(self, node: Call) -> Call:
        changed = replace(
            node,
            target=None if node.target is None else self.node(node.target),
            args=tuple(self.node(arg) for arg in node.args),
        )
        if node.function in PREPARED:
            prepared = PREPARED[node.function]
            return replace(changed, args=tuple(Call(prepared, None, (arg,)) for arg in changed.args))
        if node.function not in RENAMED or _counts(node):
            return changed
        if node.function in EQUALITY and any(is_no_number(arg) for arg in node.args):
            return changed
        return replace(changed, function=renamed(node.function))

    def loop(self, node: Loop) -> Loop:
        kind = _collected(node) if isinstance(node.init, ListNode) else None
        if kind is None:
            return replace(
                node,
                range=self.node(node.range),
                step=self.node(node.step),
                result=self.node(node.result),
            )
        number = Const(next(self.numbers), "int")
        accumulator = Ident(node.accumulator)
        return replace(
            node,
            range=self.node(node.range),
            init=Call(BEGIN, None, (number,)),
            condition=_TRUE,
            step=self.step(node.step, number, accumulator),
            result=Call(kind, None, (number, accumulator)),
        )

    def step(self, step: Node, number: Const, accumulator: Ident) -> Node:
        match step:
            case Call("_?_:_", None, (condition, then, _)):
                pushed = self.step(then, number, accumulator)
                return replace(step, args=(self.node(condition), pushed, accumulator))
            case Call("_+_", None, (_, ListNode((entry,)))):
                return Call(PUSH, None, (number, accumulator, self.node(entry)))
            case _:
                raise ValueError("a list function of an unknown form")


def _counts(node: Call) -> bool:
    """Whether this is a hidden step of a macro: ``accumulator + 1``, ``accumulator == 1``."""
    first = node.args[0] if node.args else None
    return isinstance(first, Ident) and first.name.startswith("@")


def _collected(node: Loop) -> str | None:
    """Which function gives the list out; None where only the engine can hold its entries."""
    shape = Inference("", Environment({})).shape(node, {})
    entry = shape.entry()
    if entry.kind in COLLECT:
        return COLLECT[entry.kind]
    return None if _engine_only(entry) else COLLECT_ANY


def _engine_only(shape: Schema) -> bool:
    if shape.kind in ("timestamp", "duration", "type", "optional", "bytes"):
        return True
    inner = [*shape.fields.values(), *([shape.entries] if shape.entries is not None else [])]
    return any(_engine_only(one) for one in inner)
