"""One step's config: its form by pydantic, its sources by the expression checker."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from studio.contract.wording import code, dotted, sentence
from studio.core.i18n import gettext as _
from studio.expressions import Problem as ExpressionProblem
from studio.expressions import check_expression, check_template, span
from studio.expressions.paths import quoted
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.checks.reading import reading_problems, spoken_for
from studio.runtime.document import Fix, Problem
from studio.runtime.fields import Leaf, Path, label, leaves, without_blanks


def config_problems(knowledge: Knowledge, key: str) -> list[Problem]:
    """Everything wrong with one step's set-up."""
    found = knowledge.outline.types.get(key)
    if found is None:
        return []
    config = knowledge.outline.steps[key].config
    sources = leaves(found, config)
    problems = list(_form(knowledge, key, sources))
    for leaf in sources:
        problems += _source(knowledge, key, leaf)
    return problems


def _form(knowledge: Knowledge, key: str, sources: list[Leaf]) -> Iterator[Problem]:
    """What pydantic says, but for what depends on data that only a run has."""
    outline = knowledge.outline
    found, step = outline.types[key], outline.steps[key]
    dynamic = [leaf.path for leaf in sources if leaf.kind != "deferred"]
    try:
        found.Config.model_validate(without_blanks(found, step.config))
    except ValidationError as error:
        seen: set[str] = set()
        for one in error.errors(include_url=False, include_input=False):
            path = dotted(one["loc"])
            if path in seen or _depends(one, path, dynamic):
                continue
            seen.add(path)
            yield outline.problem(code(one, "config"), _worded(found.Config, one), key, _field(path))


def _depends(one: Any, path: str, dynamic: list[Path]) -> bool:
    """Whether an error is about a source, or a whole that holds one and cannot be judged yet."""
    names = [dotted(leaf) for leaf in dynamic]
    if any(path == name or path.startswith(f"{name}.") for name in names):
        return True
    whole = one["type"] in ("value_error", "assertion_error")
    return whole and any(not path or name.startswith(f"{path}.") for name in names)


def _worded(model: Any, one: Any) -> str:
    name = label(model, tuple(part for part in one["loc"] if dotted((part,))))
    if one["type"] == "missing":
        return _("Fill in “%(name)s”.", name=name)
    return f"{name}: {sentence(one)}" if one["loc"] else sentence(one)


def _field(path: str) -> str:
    return f"config.{path}" if path else "config"


def _source(knowledge: Knowledge, key: str, leaf: Leaf) -> Iterator[Problem]:
    outline = knowledge.outline
    step = outline.steps[key]
    field = _field(dotted(leaf.path))
    deferred = leaf.kind == "deferred"
    environment = knowledge.deferred(key, step.config) if deferred else knowledge.environment(key)
    if leaf.kind == "template":
        problems = check_template(leaf.source, environment)
    else:
        problems = check_expression(leaf.source, environment, leaf.expects)
    in_quotes = _in_quotes(key, leaf, field, problems)
    yield from reading_problems(knowledge, key, leaf, field)
    for problem in problems:
        if not spoken_for(knowledge, key, problem.path):
            fix = in_quotes if _is_word(leaf.source, problem) else None
            in_quotes = None if fix else in_quotes  # one button for all of them
            yield _expression_problem(knowledge, key, leaf, field, problem, fix)


def _expression_problem(
    knowledge: Knowledge, key: str, leaf: Leaf, field: str, problem: ExpressionProblem, fix: Fix | None
) -> Problem:
    outline = knowledge.outline
    message = f"{label(outline.types[key].Config, leaf.path)}: {problem.message}"
    where = span(leaf.source, problem, template=leaf.kind == "template")
    return outline.problem(
        problem.code, message, key, field, warning=problem.severity == "warning", span=where, fix=fix
    )


def _in_quotes(key: str, leaf: Leaf, field: str, problems: list[ExpressionProblem]) -> Fix | None:
    """All words that are nothing's name and stand alone: they were most likely meant as texts, as in `currency == EUR`.

    One fix for all: they are found in one text, which each of several would set as it was before the others.
    """
    if leaf.kind == "template":
        return None
    source, words = leaf.source, list[str]()
    for problem in sorted(problems, key=lambda one: one.position or 0, reverse=True):
        if _is_word(leaf.source, problem):
            begin = problem.position or 0
            word = str(problem.path)
            source = f"{source[:begin]}{quoted(word)}{source[begin + len(word) :]}"
            words.insert(0, f"“{word}”")
    if not words:
        return None
    return Fix.change(key, field, source, _("Put %(words)s in quotes", words=", ".join(dict.fromkeys(words))))


def _is_word(source: str, problem: ExpressionProblem) -> bool:
    """Whether nothing has this name, and no field of it is asked for."""
    if problem.code != "expression.unknown_path" or problem.path is None or problem.position is None:
        return False
    behind = source[problem.position :].removeprefix(problem.path)
    alone = len(behind) < len(source) - problem.position and not behind.lstrip().startswith((".", "[", "("))
    return alone and problem.path.isidentifier()


def title_problems(knowledge: Knowledge) -> list[Problem]:
    """The template of the run's title."""
    title = knowledge.outline.document.settings.title
    return [
        Problem(
            problem.code,
            _("Run title: %(message)s", message=problem.message),
            problem.severity,
            path="settings.title",
            span=span(title, problem, template=True),
        )
        for problem in check_template(title, knowledge.workflow_environment())
    ]
