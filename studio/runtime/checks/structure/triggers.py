"""What starts a workflow, and that nothing leads there."""

from collections.abc import Iterator

from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Problem


def trigger_problems(outline: Outline) -> Iterator[Problem]:
    """No trigger, or one that something leads to."""
    if not outline.triggers:
        message = gettext("Nothing starts this workflow yet. Add a trigger, such as a webhook or a schedule.")
        yield Problem("graph.no_trigger", message, path="nodes")
    for key in outline.triggers:
        for edge in outline.into[key]:
            message = gettext("%(key)s starts the workflow, so nothing can lead to it.", key=outline.name(key))
            yield outline.edge_problem("graph.into_trigger", message, edge, fix=Fix.disconnect(edge))
        if outline.steps[key].parent is not None:
            message = gettext("%(key)s starts the workflow, so it cannot stand inside a loop.", key=outline.name(key))
            yield outline.problem("graph.trigger_in_loop", message, key, "parent")
