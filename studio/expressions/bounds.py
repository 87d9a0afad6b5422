"""What may not be said, whatever the data: refused when an expression is saved.

The engine counts loop steps but not memory, and nothing can interrupt it. So growth is refused
by shape here, and by measure in ``work`` and ``plain``.
"""

from collections import Counter
from collections.abc import Iterator

from studio.core.i18n import gettext as _
from studio.expressions.catalogue import FUNCTIONS, MACROS, OPERATORS
from studio.expressions.limits import (
    MAX_GROWTH,
    MAX_LITERAL_IN_MACRO,
    MAX_MACROS,
)
from studio.expressions.paths import chain
from studio.expressions.problems import Problem
from studio.expressions.suggest import closest
from studio.expressions.syntax import Call, Const, Ident, ListNode, Loop, MapNode, Node, children, walk


def violations(source: str, tree: Node) -> Iterator[Problem]:
    """Every reason to refuse a tree that parses."""
    loops = [node for node in walk(tree) if isinstance(node, Loop)]
    if len(loops) > MAX_MACROS:
        yield Problem(
            "expression.too_complex",
            _(
                "The expression goes through lists %(loops)s times; %(max_macros)s is the most. Split it "
                "over two steps.",
                loops=len(loops),
                max_macros=MAX_MACROS,
            ),
            source,
        )
    for node in walk(tree):
        yield from _node(source, node)
    for loop in loops:
        yield from _loop(source, loop)
    if growth(tree) > MAX_GROWTH:
        yield Problem(
            "expression.unbounded",
            _(
                "The expression copies its entries again and again, so its result could grow without end. "
                "Build the list in one map, or split it over two steps."
            ),
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
                _("“%(name)s” cannot be made here. Write an object as {'field': value}.", name=name),
                source,
                position=position,
            )
        case ListNode(optional=True, position=position) | MapNode(optional=True, position=position):
            message = _("“?” before an entry is not offered. Write .orValue(…) after the value.")
            yield Problem("expression.syntax", message, source, position=position)
        case Const(value, kind, position) if kind in ("uint", "bytes"):
            message = (
                _("Write %(value)s instead of %(value)su.", value=value)
                if kind == "uint"
                else _("Raw bytes cannot be used. Leave out the b before the quotation mark.")
            )
            yield Problem("expression.type", message, source, position=position)
        case Const(str(text), "string", position) if "\0" in text:
            message = _("A text cannot hold the character \\u0000.")
            yield Problem("expression.syntax", message, source, position=position)
        case Ident(name, position) if name.startswith("."):
            yield Problem(
                "expression.syntax",
                _("A name cannot begin with a point. Write %(name)s.", name=name[1:]),
                source,
                position=position,
            )


def _call(name: str, count: int, method: bool) -> str | None:  # noqa: FBT001
    if name in OPERATORS:
        return None
    function = FUNCTIONS.get(name)
    if function is None:
        near = closest(name, [*FUNCTIONS, *MACROS])
        hint = _(" Did you mean %(near)s?", near=near) if near else ""
        return _("There is no function “%(name)s”.%(hint)s", name=name, hint=hint)
    if (method and function.style == "call") or (not method and function.style == "method"):
        return _("Write %(usage)s.", usage=function.usage)
    if count not in function.counts:
        return _(
            "“%(name)s” does not take %(count)s values. Write %(usage)s.", name=name, count=count, usage=function.usage
        )
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
                    _("Inside a list function the pattern of matches() must be written out as text."),
                    source,
                    position=position,
                )


def _long(source: str, position: int | None) -> Problem:
    return Problem(
        "expression.unbounded",
        _(
            "Inside a list function an object or list has at most %(max_literal_in_macro)s entries.",
            max_literal_in_macro=MAX_LITERAL_IN_MACRO,
        ),
        source,
        position=position,
    )


def growth(node: Node) -> int:
    """How many copies of its input a tree can make, multiplied through chained and nested loops."""
    if isinstance(node, Loop):
        own = max(1, _copies(node.step, node.variable))
        return own * growth(node.range) * growth(node.step)
    return max((growth(below) for below in children(node)), default=1)


def _copies(step: Node, variable: str) -> int:
    """How often the loop variable, or one field of it, goes into what a turn builds."""
    parts = Counter(_built(step, variable))
    whole = parts.pop("", 0)
    return whole + max(parts.values(), default=0)


def _built(node: Node, variable: str) -> Iterator[str]:
    """The first field (empty for the whole) of each use of the variable that ends in the result."""
    use = chain(node)
    if use is not None:
        if use.segments[0] == variable and not use.presence:
            yield use.segments[1] if len(use.segments) > 1 else ""
        return
    if isinstance(node, Call) and node.function not in _HANDS_ON:
        return
    for child in children(node):
        yield from _built(child, variable)


_HANDS_ON = frozenset({"_?_:_", "_[_]", "_[?_]", "_?._", "orValue", "dyn", "_+_"})
"""Calls whose result may hold what they were given; all others give scalars or pay for it."""
