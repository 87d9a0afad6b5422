"""Running a compiled expression against a scope."""

from collections.abc import Mapping

from studio.core.i18n import gettext as _
from studio.expressions import engine, explain, work
from studio.expressions.errors import EvaluationError, ExpressionError
from studio.expressions.plain import Outlet, settle
from studio.expressions.program import Program, compile_expression
from studio.expressions.scope import Scope


def evaluate(source: str, scope: Scope) -> object:
    """The value of ``source``: a plain JSON value. Raises EvaluationError.

    A path alone gives the very value that the scope holds, whatever its size.
    """
    try:
        program = compile_expression(source)
    except ExpressionError as refused:
        problem = refused.problem
        raise EvaluationError(problem.code, problem.message, source, problem.path) from None
    if program.path is not None:
        return _follow(program, program.path, scope)
    return _compute(program, scope)


def _follow(program: Program, path: tuple[str, ...], scope: Scope) -> object:
    value: object = scope.values
    for segment in path:
        if type(value) is not dict and not isinstance(value, Mapping):
            raise explain.missing(program, scope, path)
        try:
            value = value[segment]
        except KeyError:
            raise explain.missing(program, scope, path) from None
    return value


def _compute(program: Program, scope: Scope) -> object:
    work.begin()
    try:
        activation = scope.activation(program)
        value = engine.run(program.runnable, activation)
        kind = type(value)
        if kind is bool or kind is str or kind is int or value is None:
            return value
        if kind is float:
            return settle(value)  # type: ignore[arg-type]
        return Outlet().give(value)
    except work.Fault as fault:
        raise explain.fault(program, fault) from None
    except MemoryError:
        raise EvaluationError(
            "expression.too_large", _("The expression needs too much memory."), program.source
        ) from None
    except engine.EngineFault as fault:
        raise explain.engine_fault(program, scope, str(fault)) from None
