"""Checks before anything runs: what the editor shows while typing and publish insists on."""

from typing import Literal

from studio.core.i18n import gettext
from studio.expressions.errors import ExpressionError
from studio.expressions.filters import FILTERS
from studio.expressions.infer import Inference
from studio.expressions.kinds import Kind, words_of
from studio.expressions.patterns import wrong_patterns
from studio.expressions.placeholders import OPEN, Placeholder, TemplateFault
from studio.expressions.problems import Problem
from studio.expressions.program import compile_expression
from studio.expressions.rules import severity
from studio.expressions.schema import Environment, Schema
from studio.expressions.templates import filter_problem, template

Expected = Literal["any", "bool", "string", "number", "list"]

_FITS: dict[Expected, frozenset[Kind]] = {
    "bool": frozenset({"bool"}),
    "string": frozenset({"string", "timestamp", "duration"}),
    "number": frozenset({"number", "string"}),
    "list": frozenset({"list"}),
}


def check_expression(source: str, environment: Environment, expected: Expected = "any") -> list[Problem]:
    """Everything wrong with an expression, worst first; empty when it is fine. Never raises."""
    problems, _ = _inspect(source, environment, expected)
    return sorted(problems, key=lambda problem: problem.severity != "error")


def _inspect(source: str, environment: Environment, expected: Expected) -> tuple[list[Problem], Schema]:
    try:
        program = compile_expression(source)
    except ExpressionError as refused:
        return [refused.problem], Schema()
    inference = Inference(source, environment)
    shape = inference.shape(program.tree, {})
    inference.problems += wrong_patterns(source, program.tree)
    message = _misfit(shape, expected)
    if message is not None:
        inference.report(message, None, certain=shape.known)
    return inference.problems, shape


def _misfit(shape: Schema, expected: Expected) -> str | None:
    if shape.kind == "optional":
        return gettext("The field may be missing. Write .orValue(…) at the end to say what to use then.")
    if shape.kind in ("type", "bytes"):
        return gettext("The expression gives %(words)s, which cannot be stored.", words=words_of(shape.kind))
    if expected == "any" or shape.kind == "any" or shape.kind in _FITS[expected]:
        return None
    return gettext(
        "The expression gives %(words)s, but %(words_2)s is needed here.",
        words=words_of(shape.kind),
        words_2=words_of(expected),
    )


def check_template(source: str, environment: Environment) -> list[Problem]:
    """Everything wrong with a text with ``{{ … }}`` in it; positions are offsets in the text."""
    if OPEN not in source:
        return []
    try:
        placeholders = template(source).placeholders
    except TemplateFault as fault:
        excerpt = source[fault.position : fault.position + 200]
        return [Problem("expression.syntax", fault.message, excerpt, position=fault.position)]
    found: list[Problem] = []
    for placeholder in placeholders:
        found += _placeholder(placeholder, environment)
    return sorted(found, key=lambda problem: problem.severity != "error")


def _placeholder(placeholder: Placeholder, environment: Environment) -> list[Problem]:
    source = placeholder.expression
    problems, shape = _inspect(source, environment, "any")
    if placeholder.filters and placeholder.filters[0].name == "default":
        problems = [one for one in problems if not _forgiven(one, environment)]
    found = [
        Problem(
            one.code,
            one.message,
            one.expression,
            one.path,
            one.severity,
            placeholder.position + (one.position or 0),
        )
        for one in problems
    ]
    return found + _filters(placeholder, shape)


def _forgiven(problem: Problem, environment: Environment) -> bool:
    """Whether ``default`` stands in for what this problem misses: a field that may come."""
    if problem.code != "expression.unknown_path" or problem.path is None:
        return False
    return problem.severity == "warning" and problem.path.split(".")[0] in environment.roots


def _filters(placeholder: Placeholder, shape: Schema) -> list[Problem]:
    found: list[Problem] = []
    kind, known = shape.kind, shape.known
    for call in placeholder.filters:
        message = filter_problem(call)
        code = "expression.unknown_filter"
        if message is None:
            takes = FILTERS[call.name].takes
            if takes and kind != "any" and kind not in takes:
                code = "expression.type"
                wanted = " or ".join(words_of(one) for one in takes)
                message = gettext(
                    "“%(name)s” needs %(wanted)s, but this is %(words)s.",
                    name=call.name,
                    wanted=wanted,
                    words=words_of(kind),
                )
        if message is not None:
            certain = known or code == "expression.unknown_filter"
            found.append(
                Problem(
                    code,
                    message,
                    placeholder.expression,
                    severity=severity(certain=certain),
                    position=call.position,
                )
            )
            break
        kind = FILTERS[call.name].gives
    return found
