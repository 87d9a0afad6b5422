"""Which data a text or expression uses: for lineage, and to find what nobody uses."""

from studio.expressions.errors import ExpressionError
from studio.expressions.placeholders import TemplateFault
from studio.expressions.program import compile_expression
from studio.expressions.templates import is_template, template


def references(source: str) -> set[str]:
    """Dotted paths used by an expression or by a text with ``{{ … }}``; empty where unreadable."""
    if is_template(source):
        try:
            expressions = [part.expression for part in template(source).placeholders]
        except TemplateFault:
            return set()
    else:
        expressions = [source]
    return {path for expression in expressions for path in _paths(expression)}


def _paths(expression: str) -> set[str]:
    try:
        return {use.text for use in compile_expression(expression).uses}
    except ExpressionError:
        return set()
