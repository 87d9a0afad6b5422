"""The adapter: the only module that imports the CEL engine.

Two environments, since the engine's type checker refuses what merchants write every day
(``total > 99.5`` where the total is whole): one parses without its checker, ours follows in
``check``; the other runs. The running one takes further overloads of the built-in operators,
because it never builds a checker in which they would clash. Between the two, ``rewrite`` sends
arithmetic, conversions and list building to functions of ``library`` and ``work``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NewType

from cel_expr_python import cel
from cel_expr_python.ext import ext_optional

from studio.expressions import library, rewrite, work
from studio.expressions.decode import decode
from studio.expressions.encode import encode
from studio.expressions.syntax import Node

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


class SyntaxFault(ValueError):
    """The engine's parser refused a text; ``position`` is an offset where it is known."""

    def __init__(self, reason: str, position: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class EngineFault(ValueError):
    """An evaluation failed; the text is the engine's and is for ``explain``, not for people."""


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


def _function(name: str, result: object, run: Callable[..., object], *parameters: list[object]) -> object:
    overloads = [
        cel.Overload(f"{name}:{at}", return_type=result, parameters=tuple(takes), impl=run)
        for at, takes in enumerate(parameters)
    ]
    return cel.FunctionDecl(name, overloads)


_COLLECTED: dict[str, object] = {
    rewrite.COLLECT_ANY: _T.List(_T.DYN),
    rewrite.COLLECT["timestamp"]: _T.List(_T.TIMESTAMP),
    rewrite.COLLECT["duration"]: _T.List(_T.DURATION),
}


def _declarations() -> Iterator[object]:
    for name, overloads in rewrite.RENAMED.items():
        yield _declare(rewrite.renamed(name), overloads)
    for name, overloads in {**library.ADDED, **library.FUNCTIONS}.items():
        yield _declare(name, overloads)
    yield _function(rewrite.BEGIN, _T.BOOL, work.begin_list, [_T.INT])
    yield _function(rewrite.PUSH, _T.BOOL, work.push, *([_T.INT, _T.BOOL, kind] for kind in _TYPES.values()))
    for name, result in _COLLECTED.items():
        yield _function(name, result, work.end_list, [_T.INT, _T.BOOL])


_evaluate = cel.Expression.eval
_parser = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()])
_runtime = cel.NewEnv(variables={}, extensions=[ext_optional.ExtOptional()], functions=list(_declarations()))

_WHERE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def parse(source: str) -> Node:
    """The syntax tree of ``source``. Raises SyntaxFault."""
    try:
        serialized: bytes = _parser.compile(source, disable_check=True).serialize()
    except (RuntimeError, TypeError, ValueError) as fault:
        if "bad_alloc" in str(fault):
            raise MemoryError from None
        raise _syntax_fault(source, str(fault)) from None
    return decode(serialized)


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


def prepare(tree: Node) -> Runnable:
    """A tree ready to run. Raises SyntaxFault where the engine refuses it."""
    try:
        return Runnable(_runtime.deserialize(encode(rewrite.rewrite(tree))))
    except (RuntimeError, TypeError, ValueError) as fault:
        raise SyntaxFault(str(fault), None) from None


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
