"""The two ways an expression fails: before it runs, and while it runs."""

from studio.expressions.problems import Problem


class ExpressionError(ValueError):
    """The text is not an expression that Studio accepts; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem

    @property
    def code(self) -> str:
        """The problem's code, such as ``expression.syntax``."""
        return self.problem.code


class EvaluationError(Exception):
    """An expression met data it cannot work with.

    ``code`` is one of ``expression.missing_path``, ``expression.type``, ``expression.value``,
    ``expression.too_large``, ``expression.too_complex``, or a compile code for a source that
    does not compile; ``message`` is a sentence for people and never quotes payload values.
    """

    def __init__(self, code: str, message: str, expression: str, path: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.expression = expression
        self.path = path
