"""The adapter: the only module that imports the CEL engine.

Two environments, since the engine's type checker refuses what merchants write every day
(``total > 99.5`` where the total is whole): one parses without its checker, ours follows in
``check``; the other runs. The running one takes further overloads of the built-in operators,
because it never builds a checker in which they would clash. Arithmetic and conversions follow
our number rule: their calls are renamed in the parsed expression, byte for byte in place
(``_+_`` to ``@+_``), to functions of ``library``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NewType

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional

from studio.expressions import library
from studio.expressions.decode import decode
from studio.expressions.literals import is_no_number
from studio.expressions.syntax import Call, Ident, Node, walk

Activation = NewType("Activation", object)
"""Root variables, ready for :func:`run`."""
Runnable = NewType("Runnable", object)
"""An expression, ready for :func:`run`."""
_T = cel.Type
_ERROR = _T.ERROR
_TYPES: dict[library.Kind, object] = {
    "int": _T.INT,
    "double": _T.DOUBLE,
    "string": _T.STRING,
    "bool": _T.BOOL,
    "list": _T.LIST,
    "map": _T.MAP,
    "timestamp": _T.TIMESTAMP,
    "duration": _T.DURATION,
    "null": _T.NULL,
}
_RENAMED = {**library.ARITHMETIC, **library.EQUALITY, **library.CONVERSIONS}


class SyntaxFault(ValueError):
    """The engine's parser refused a text; ``position`` is an offset where it is known."""

    def __init__(self, reason: str, position: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class EngineFault(ValueError):
    """An evaluation failed; the text is the engine's and is for ``explain``, not for people."""


def _rename(name: str) -> str:
    return "@" + name[1:]


def _declare(name: str, overloads: list[library.Overload]) -> object:
    return cel.FunctionDecl(
        name,
        [
            cel.Overload(
                f"{name}:{'.' if one.member else ''}{','.join(one.kinds)}",
                return_type=_T.DYN if one.gives is None else _TYPES[one.gives],
                parameters=tuple(_TYPES[kind] for kind in one.kinds),
                is_member=one.member,
                impl=one.function,
            )
            for one in overloads
        ],
    )


def _declarations() -> Iterator[object]:
    for name, overloads in _RENAMED.items():
        yield _declare(_rename(name), overloads)
    for name, overloads in {**library.ADDED, **library.FUNCTIONS}.items():
        yield _declare(name, overloads)


_evaluate = cel.Expression.eval
_parser = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()])
_runtime = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()], functions=list(_declarations()))

_WHERE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def parse(source: str) -> tuple[Node, bytes]:
    """The syntax tree of ``source`` and the engine's own form of it. Raises SyntaxFault."""
    try:
        serialized: bytes = _parser.compile(source, disable_check=True).serialize()
    except (RuntimeError, TypeError, ValueError) as fault:
        raise _syntax_fault(source, str(fault)) from None
    return decode(serialized), serialized


def _syntax_fault(source: str, text: str) -> SyntaxFault:
    found = _WHERE.search(text)
    if found is None:
        return SyntaxFault(text, None)
    line, column = int(found[1]), int(found[2])
    lines = source.split("\n")
    if not 1 <= line <= len(lines):
        return SyntaxFault(found[3], None)
    before = sum(len(passed) + 1 for passed in lines[: line - 1])
    return SyntaxFault(found[3], min(before + max(column - 1, 0), len(source)))


def prepare(tree: Node, serialized: bytes) -> Runnable:
    """What :func:`parse` gave, ready to run. Raises SyntaxFault where the engine refuses it."""
    patched = bytearray(serialized)
    for node in walk(tree):
        if isinstance(node, Call) and node.function in _RENAMED and not _stays(node):
            patched[node.name_at : node.name_at + 1] = b"@"
    try:
        return Runnable(_runtime.deserialize(bytes(patched)))
    except (RuntimeError, TypeError, ValueError) as fault:
        raise SyntaxFault(str(fault), None) from None


def _stays(node: Call) -> bool:
    """Whether the engine's own function serves: hidden steps of macros, equality with a non-number.

    ``map`` and ``filter`` hide ``accumulator + [entry]``, ``exists_one`` hides
    ``accumulator + 1`` and ``accumulator == 1``.
    """
    first = node.args[0] if node.args else None
    if isinstance(first, Ident) and first.name.startswith("@"):
        return True
    return node.function in library.EQUALITY and any(is_no_number(arg) for arg in node.args)


def activate(values: Mapping[str, object]) -> Activation:
    """Root variables ready for evaluation: plain dicts, lists and scalars only."""
    return Activation(_runtime.Activation(values))


def run(expression: Runnable, activation: Activation) -> object:
    """What the expression gives: a scalar, or one level of a list or dict (see :func:`is_value`).

    Raises EngineFault with the engine's words for what went wrong.
    """
    try:
        value = _evaluate(expression, activation)
        opened: object = value.value()
    except (RuntimeError, TypeError, ValueError, MemoryError) as fault:
        raise EngineFault(str(fault) or "out of memory") from None
    if isinstance(opened, str) and value.type() == _ERROR:
        raise EngineFault(opened)
    return opened


def is_value(candidate: object) -> bool:
    """Whether this entry of a list or dict is still to be opened."""
    return isinstance(candidate, cel.Value)


def open_value(value: cel.Value) -> object:
    """One level of an entry. Raises EngineFault for what has no form in Python."""
    try:
        opened: object = value.value()
    except TypeError as fault:
        raise EngineFault(str(fault)) from None
    return opened
