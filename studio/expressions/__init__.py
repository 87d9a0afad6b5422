"""Expressions: CEL behind one adapter, and texts with ``{{ … }}`` in them."""

from studio.expressions.check import check_expression, check_template
from studio.expressions.completion import Completion, complete
from studio.expressions.conditions import conditions_to_cel
from studio.expressions.conditions_read import cel_to_conditions
from studio.expressions.errors import EvaluationError, ExpressionError
from studio.expressions.evaluation import evaluate
from studio.expressions.places import Span, mention, span
from studio.expressions.problems import Problem
from studio.expressions.program import Program, compile_expression
from studio.expressions.references import references
from studio.expressions.schema import Environment, Schema
from studio.expressions.scope import Scope
from studio.expressions.templates import Template, is_template, render, resolve

__all__ = [
    "Completion",
    "Environment",
    "EvaluationError",
    "ExpressionError",
    "Problem",
    "Program",
    "Schema",
    "Scope",
    "Span",
    "Template",
    "cel_to_conditions",
    "check_expression",
    "check_template",
    "compile_expression",
    "complete",
    "conditions_to_cel",
    "evaluate",
    "is_template",
    "mention",
    "references",
    "render",
    "resolve",
    "span",
]
