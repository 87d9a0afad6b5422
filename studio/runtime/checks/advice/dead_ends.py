"""A question whose answer leads nowhere."""

from collections.abc import Iterator

from studio.contract.node import Kind
from studio.core.i18n import gettext as _
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Problem


def dead_ends(knowledge: Knowledge) -> Iterator[Problem]:
    """Conditions that nothing follows, whatever they say."""
    outline = knowledge.outline
    for key, found in outline.types.items():
        if found.kind is Kind.CONDITION and not outline.out[key]:
            message = _(
                "%(step)s asks something, but nothing follows, whatever the answer is. Connect a way out of it.",
                step=outline.name(key),
            )
            yield outline.problem("graph.dead_end", message, key, warning=True)
