"""Expressions: CEL behind one adapter, and texts with ``{{ … }}`` in them."""

from studio.expressions.errors import EvaluationError, ExpressionError
from studio.expressions.evaluation import evaluate
from studio.expressions.problems import Problem
from studio.expressions.program import Program, compile_expression
from studio.expressions.references import references
from studio.expressions.scope import Scope
from studio.expressions.templates import Template, is_template, render, resolve

__all__ = [
    "EvaluationError",
    "ExpressionError",
    "Problem",
    "Program",
    "Scope",
    "Template",
    "compile_expression",
    "evaluate",
    "is_template",
    "references",
    "render",
    "resolve",
]
