"""The rules by which a workflow labels its runs: expressions over the event alone."""

from studio.core.i18n import gettext as _
from studio.expressions import Environment, check_expression, span
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem


def label_problems(knowledge: Knowledge) -> list[Problem]:
    """Everything wrong with them. They are read apart from the run, so they see nothing but `trigger`."""
    environment = Environment({"trigger": knowledge.workflow_environment().roots["trigger"]})
    found = []
    for key, source in knowledge.outline.document.settings.labels.items():
        path = f"settings.labels.{key}"
        if not source.strip():
            said = _("The label “%(key)s” has no value: say where it comes from, or take it away.", key=key)
            found.append(Problem("label.empty", said, path=path))
            continue
        found += [
            Problem(
                problem.code,
                _("Label “%(key)s”: %(message)s", key=key, message=problem.message),
                problem.severity,
                path=path,
                span=span(source, problem, template=False),
            )
            for problem in check_expression(source, environment)
        ]
    return found
