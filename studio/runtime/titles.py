"""What a run is called, by its workflow's template and its data. Pure."""

from studio.expressions import EvaluationError, ExpressionError, Scope, render

LONGEST = 200


def title_of(source: str, scope: Scope) -> str:
    """The title; empty where the data has no such field: the workflow's name serves then."""
    if not source:
        return ""
    try:
        return str(render(source, scope))[:LONGEST]
    except (EvaluationError, ExpressionError):
        return ""
