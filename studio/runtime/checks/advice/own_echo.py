"""A workflow whose own effect starts it again."""

from collections.abc import Iterator

from studio.contract import topics
from studio.core.i18n import gettext as _
from studio.runtime.checks.feeds import heard, stirred
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem


def own_echoes(knowledge: Knowledge) -> Iterator[Problem]:
    """Steps that bring about, with nothing on the way that asks anything, what the workflow starts on.

    Studio's own events are no such thing: a workflow does not hear of its own runs.
    """
    outline = knowledge.outline
    ears = heard(knowledge, chained=False)
    for key, voices in stirred(knowledge).items():
        if ears and topics.shared(voices, ears) is not None:
            message = _(
                "%(step)s brings about what this workflow starts on, so that it starts itself again and again. Put a "
                "condition before the step, or say at the trigger which events count.",
                step=outline.name(key),
            )
            yield outline.problem("feed.itself", message, key, warning=True)
