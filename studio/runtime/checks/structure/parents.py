"""Which loop a step stands in."""

from collections.abc import Iterator

from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Problem


def parent_problems(outline: Outline) -> Iterator[Problem]:
    """Steps inside what is no loop, or inside themselves."""
    for key, step in outline.steps.items():
        if step.parent is None:
            continue
        if step.parent in outline.types and not outline.is_loop(step.parent):
            message = gettext(
                "%(key)s stands inside %(parent)s, which is no loop.",
                key=outline.name(key),
                parent=outline.name(step.parent),
            )
            yield outline.problem("graph.parent_no_loop", message, key, "parent")
        seen = {key}
        above: str | None = step.parent
        while above is not None and above in outline.steps and above not in seen:
            seen.add(above)
            above = outline.steps[above].parent
        if above == key:
            message = gettext("%(key)s stands inside itself. Move it out of the loop.", key=outline.name(key))
            yield outline.problem("graph.parent_circle", message, key, "parent")
