"""The keys by which a workflow's limits tell runs apart: expressions over the event alone."""

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.expressions import Environment, check_expression, span
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem

_KEYS = (
    ("one_at_a_time", marked("Key of “one at a time”: %(message)s")),
    ("at_once", marked("Key of “at once”: %(message)s")),
    ("rate", marked("Key of “how often”: %(message)s")),
)


def limit_problems(knowledge: Knowledge) -> list[Problem]:
    """Everything wrong with them. They are read when the event comes, so they see nothing but `trigger`."""
    document = knowledge.outline.document
    environment = Environment({"trigger": knowledge.workflow_environment().roots["trigger"]})
    found = []
    for name, words in _KEYS:
        part = getattr(document.settings, name)
        if part is None or not part.key.strip():
            continue
        found += [
            Problem(
                problem.code,
                _(words, message=problem.message),
                problem.severity,
                path=f"settings.{name}.key",
                span=span(part.key, problem, template=False),
            )
            for problem in check_expression(part.key, environment, "string")
        ]
    return found
