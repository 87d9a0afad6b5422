"""Which field of an expression should hold a date and holds none."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from studio.core.i18n import gettext as _
from studio.expressions.errors import EvaluationError
from studio.expressions.library import NO_DATE, is_date
from studio.expressions.paths import PathUse, chain, written
from studio.expressions.program import Program
from studio.expressions.syntax import Call, Loop, Node, walk

if TYPE_CHECKING:
    from studio.expressions.scope import Scope

_ABSENT = object()


def undated(program: Program, scope: "Scope", otherwise: str) -> EvaluationError:
    """Says whose value is no date; `otherwise` where it was computed on the way."""
    for path, value in _asked(program, scope):
        if value is None:
            message = _(
                "%(path)s is empty, but a date is needed. Add a condition before it that %(path)s is not null.",
                path=path,
            )
            return EvaluationError(NO_DATE, message, program.source, path)
        if isinstance(value, str) and not is_date(value):
            message = _("%(path)s is a text, but not a date such as 2026-03-31T09:00:00Z.", path=path)
            return EvaluationError(NO_DATE, message, program.source, path)
    return EvaluationError(NO_DATE, otherwise, program.source)


def _asked(program: Program, scope: "Scope") -> Iterator[tuple[str, object]]:
    """What is taken for a date, by its path: also of each entry of a list that is gone through."""
    yield from ((use.text, _at(scope.values, use.segments)) for use in _moments(program.tree))
    for loop in (node for node in walk(program.tree) if isinstance(node, Loop)):
        over = chain(loop.range)
        entries = _at(scope.values, over.segments) if over is not None else None
        if over is None or not isinstance(entries, list | tuple):
            continue
        inside = [use.segments[1:] for use in _moments(loop.step) if use.segments[0] == loop.variable]
        for at, entry in enumerate(entries):
            for rest in inside:
                yield f"{over.text}[{at}]{written(('', *rest))}", _at(entry, rest)


def _moments(tree: Node) -> Iterator[PathUse]:
    for node in walk(tree):
        if isinstance(node, Call) and node.function == "timestamp" and (use := chain(node.args[0])) is not None:
            yield use


def _at(value: object, segments: tuple[str, ...]) -> object:
    for segment in segments:
        if not isinstance(value, Mapping) or segment not in value:
            return _ABSENT
        value = value[segment]
    return value
