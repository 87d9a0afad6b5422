"""What may not be said, whatever the data: refused when an expression is saved.

The engine counts loop steps but not memory, and nothing can interrupt it. So growth is refused
by shape here, and by measure in ``work`` and ``plain``.
"""

from collections.abc import Iterator

from studio.expressions.catalogue import FUNCTIONS, MACROS, OPERATORS
from studio.expressions.limits import (
    MAX_LITERAL_IN_MACRO,
    MAX_MACROS,
    MAX_REFERENCES_GROWTH,
)
from studio.expressions.problems import Problem
from studio.expressions.suggest import closest
from studio.expressions.syntax import Call, Const, Ident, ListNode, Loop, MapNode, Node, children, walk


def violations(source: str, tree: Node) -> Iterator[Problem]:
    """Every reason to refuse a tree that parses."""
    loops = [node for node in walk(tree) if isinstance(node, Loop)]
    if len(loops) > MAX_MACROS:
        yield Problem(
            "expression.too_complex",
            f"The expression goes through lists {len(loops)} times; {MAX_MACROS} is the most. Split it over two steps.",
            source,
        )
    for node in walk(tree):
        yield from _node(source, node)
    for loop in loops:
        yield from _loop(source, loop)
    if _growth(tree) > MAX_REFERENCES_GROWTH:
        yield Problem(
            "expression.unbounded",
            "The expression copies its entries again and again, so its result could grow without "
            "end. Build the list in one map, or split it over two steps.",
            source,
        )


def _node(source: str, node: Node) -> Iterator[Problem]:
    match node:
        case Call(function, target, args, position=position):
            message = _call(function, len(args) + (target is not None), target is not None)
            if message is not None:
                yield Problem("expression.unknown_function", message, source, position=position)
        case MapNode(type_name=name, position=position) if name:
            yield Problem(
                "expression.unknown_function",
                f"“{name}” cannot be made here. Write an object as {{'field': value}}.",
                source,
                position=position,
            )
        case Const(value, kind, position) if kind in ("uint", "bytes"):
            message = (
                f"Write {value} instead of {value}u."
                if kind == "uint"
                else "Raw bytes cannot be used. Leave out the b before the quotation mark."
            )
            yield Problem("expression.type", message, source, position=position)
        case Ident(name, position) if name.startswith("."):
            yield Problem(
                "expression.syntax",
                f"A name cannot begin with a point. Write {name[1:]}.",
                source,
                position=position,
            )


def _call(name: str, count: int, method: bool) -> str | None:  # noqa: FBT001
    if name in OPERATORS:
        return None
    function = FUNCTIONS.get(name)
    if function is None:
        near = closest(name, [*FUNCTIONS, *MACROS])
        hint = f" Did you mean {near}?" if near else ""
        return f"There is no function “{name}”.{hint}"
    if (method and function.style == "call") or (not method and function.style == "method"):
        return f"Write {function.usage}."
    if count not in function.counts:
        return f"“{name}” does not take {count} values. Write {function.usage}."
    return None


def _loop(source: str, loop: Loop) -> Iterator[Problem]:
    for node in walk(loop.step):
        match node:
            case ListNode(items) if len(items) > MAX_LITERAL_IN_MACRO:
                yield _long(source, node.position)
            case MapNode(entries) if len(entries) > MAX_LITERAL_IN_MACRO:
                yield _long(source, node.position)
            case Call("matches", _, args, position=position) if not isinstance(args[-1], Const):
                yield Problem(
                    "expression.unbounded",
                    "Inside a list function the pattern of matches() must be written out as text.",
                    source,
                    position=position,
                )


def _long(source: str, position: int | None) -> Problem:
    return Problem(
        "expression.unbounded",
        f"Inside a list function an object or list has at most {MAX_LITERAL_IN_MACRO} entries.",
        source,
        position=position,
    )


def _growth(node: Node) -> int:
    """How many copies of its input a tree can make, multiplied through chained and nested loops."""
    match node:
        case Loop():
            own = max(1, _copies(node.step, node.variable))
            return own * _growth(node.range) * _growth(node.step)
        case _:
            return max((_growth(below) for below in children(node)), default=1)


def _copies(node: Node, variable: str) -> int:
    match node:
        case ListNode() | MapNode():
            return sum(1 for n in walk(node) if isinstance(n, Ident) and n.name == variable)
        case Loop():
            parts: tuple[Node, ...] = (node.range, node.step)
        case _:
            parts = children(node)
    return sum(_copies(part, variable) for part in parts)
