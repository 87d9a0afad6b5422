"""Steps that lead back to themselves."""

from studio.core.i18n import gettext
from studio.runtime.checks.outline import Outline
from studio.runtime.document import Problem


def circle_problem(outline: Outline, circle: list[str]) -> Problem:
    """The steps of one circle, in their order."""
    names = " → ".join(outline.name(key) for key in (*circle, circle[0]))
    message = gettext(
        "These steps run in a circle: %(names)s. To repeat steps, put them inside a “For each”.", names=names
    )
    return outline.problem("graph.cycle", message, circle[0])
