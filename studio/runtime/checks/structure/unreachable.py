"""Steps that never run."""

from collections.abc import Iterator

from studio.contract.graph import BODY_PORT
from studio.contract.node import Kind
from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Fix, Problem


def unreachable_problems(outline: Outline) -> Iterator[Problem]:
    """Steps that no trigger leads to, loops without a body."""
    reached = reachable(outline)
    for key, step in outline.steps.items():
        found = outline.types.get(key)
        if found is None or found.kind is Kind.TRIGGER:
            continue
        if key not in reached:
            message = gettext("%(key)s never runs: no trigger leads to it.", key=outline.name(key))
            if step.parent is not None:
                message = gettext("%(key)s never runs: nothing inside its loop leads to it.", key=outline.name(key))
            yield outline.problem("graph.unreachable", message, key, warning=True, fix=Fix.remove(key))
        elif found.is_loop and not any(edge.port == BODY_PORT for edge in outline.out[key]):
            message = gettext("%(key)s has no steps inside, so it does nothing for its items.", key=outline.name(key))
            yield outline.problem("graph.empty_loop", message, key, warning=True)


def reachable(outline: Outline) -> set[str]:
    """Every step that some trigger leads to."""
    reached, work = set(outline.triggers), list(outline.triggers)
    while work:
        for edge in outline.out[work.pop()]:
            if edge.target not in reached:
                reached.add(edge.target)
                work.append(edge.target)
    return reached
