"""Reading other steps' outputs: only of steps that come before, and with a warning where they may not have run."""

from collections.abc import Iterator

from studio.core.i18n import gettext as _
from studio.expressions import ExpressionError, compile_expression, mention
from studio.expressions.placeholders import TemplateFault
from studio.expressions.templates import template
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem
from studio.runtime.fields import Leaf


def reading_problems(knowledge: Knowledge, key: str, leaf: Leaf, field: str) -> Iterator[Problem]:
    """Findings about the steps that one source names."""
    outline = knowledge.outline
    certainty = knowledge.certainty
    earlier = certainty.before(key)
    for step, guarded in sorted(_steps_read(leaf).items()):
        if step not in outline.steps:
            continue
        if step not in earlier:
            where = mention(leaf.source, f"steps.{step}")
            yield outline.problem("reference.not_before", _never(knowledge, key, step), key, field, span=where)
        elif not guarded and not certainty.has_run(step, key):
            message = _(
                "%(key)s reads %(step)s, which has not run on every way here. Ask first with "
                "has(steps.%(step_2)s), or connect the steps so that it always has.",
                key=outline.name(key),
                step=outline.name(step),
                step_2=step,
            )
            where = mention(leaf.source, f"steps.{step}")
            yield outline.problem("reference.may_not_have_run", message, key, field, warning=True, span=where)


def spoken_for(knowledge: Knowledge, key: str, path: str | None) -> bool:
    """Whether reading_problems says it better: a step that exists, but not before this one."""
    parts = (path or "").split(".")
    if len(parts) < 2 or parts[0] != "steps":
        return False
    return parts[1] in knowledge.outline.steps and parts[1] not in knowledge.certainty.before(key)


def _never(knowledge: Knowledge, key: str, step: str) -> str:
    outline = knowledge.outline
    if step == key:
        return _("%(key)s reads its own result, which does not exist yet.", key=outline.name(key))
    if outline.steps[key].parent == step:
        return _(
            "%(step)s is the loop around this step; use item and index instead of its result.", step=outline.name(step)
        )
    if outline.steps[step].parent not in (None, outline.steps[key].parent):
        loop = str(outline.steps[step].parent)
        return _(
            "%(step)s runs inside a loop; read steps.%(loop)s.results behind it instead.",
            step=outline.name(step),
            loop=loop,
        )
    return _(
        "%(step)s does not run before %(key)s. Connect it before, or read another step.",
        step=outline.name(step),
        key=outline.name(key),
    )


def _steps_read(leaf: Leaf) -> dict[str, bool]:
    """Step → whether every reading is guarded by has() or a default."""
    found: dict[str, bool] = {}
    for source, defaulted in _expressions(leaf):
        try:
            uses = compile_expression(source).uses
        except ExpressionError:
            continue
        asked = {use.segments[1] for use in uses if use.presence and len(use.segments) > 1}
        for use in uses:
            if use.segments[0] == "steps" and len(use.segments) > 1:
                step = use.segments[1]
                found[step] = found.get(step, True) and (defaulted or step in asked)
    return found


def _expressions(leaf: Leaf) -> list[tuple[str, bool]]:
    if leaf.kind != "template":
        return [(leaf.source, False)]
    try:
        placeholders = template(leaf.source).placeholders
    except TemplateFault:
        return []
    return [(one.expression, bool(one.filters) and one.filters[0].name == "default") for one in placeholders]
