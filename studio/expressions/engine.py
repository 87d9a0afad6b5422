"""The adapter: what the rest of Studio knows of the CEL engine.

The engine and its environments hold 11 MiB and come with a process's first expression: a process that accepts,
shows or syncs may never read one. Between parsing and running, ``rewrite`` sends arithmetic, conversions and list
building to functions of ``library`` and ``work``.
"""

import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, NewType

from studio.expressions import rewrite
from studio.expressions.decode import decode
from studio.expressions.encode import encode
from studio.expressions.syntax import Node

Activation = NewType("Activation", object)
"""Root variables, ready for :func:`run`."""
Runnable = NewType("Runnable", object)
"""An expression, ready for :func:`run`."""


class SyntaxFault(ValueError):
    """The engine's parser refused a text; ``position`` is an offset where it is known."""

    def __init__(self, reason: str, position: int | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.position = position


class EngineFault(ValueError):
    """An evaluation failed; the text is the engine's and is for ``explain``, not for people."""


@cache
def _cel() -> ModuleType:
    from studio.expressions import environments  # noqa: PLC0415 - the engine is 11 MiB that a worker which only syncs never needs

    return environments


_WHERE = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def parse(source: str) -> Node:
    """The syntax tree of ``source``. Raises SyntaxFault."""
    try:
        serialized: bytes = _cel().parser.compile(source, disable_check=True).serialize()
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
        return Runnable(_cel().runtime.deserialize(encode(rewrite.rewrite(tree))))
    except (RuntimeError, TypeError, ValueError) as fault:
        raise SyntaxFault(str(fault), None) from None


def activate(values: Mapping[str, object]) -> Activation:
    """Root variables ready for evaluation: plain dicts, lists and scalars only."""
    return Activation(_cel().runtime.Activation(values))


def run(expression: Runnable, activation: Activation) -> object:
    """What the expression gives: a scalar, or one level of a list or dict (see :func:`is_value`).

    Raises EngineFault with the engine's words for what went wrong.
    """
    try:
        value = _cel().evaluate(expression, activation)
        opened: object = value.value()
    except (RuntimeError, TypeError, ValueError, MemoryError) as fault:
        raise EngineFault(str(fault) or "out of memory") from None
    if isinstance(opened, str) and value.type() == _cel().ERROR:
        raise EngineFault(opened)
    return opened


def is_value(candidate: object) -> bool:
    """Whether this entry of a list or dict is still to be opened."""
    return isinstance(candidate, _cel().Value)


def open_value(value: Any) -> object:
    """One level of an entry. Raises EngineFault for what has no form in Python."""
    try:
        opened: object = value.value()
    except TypeError as fault:
        raise EngineFault(str(fault)) from None
    return opened
