"""Calls that are made once and fail the run, though most of what fails there passes within a minute."""

from collections.abc import Iterator

from studio.contract.node import Effect
from studio.core.i18n import gettext as _
from studio.runtime.checks.knowledge import Knowledge
from studio.runtime.document import Fix, Problem

USUAL = {"attempts": 5}
"""Half a minute, where nobody asks for more. Never again: what is refused for good, and a call whose outcome is unknown
at a target that could not tell a second one from it."""


def unretried(knowledge: Knowledge) -> Iterator[Problem]:
    """Steps that call other systems and do not say how often. Once is an answer, too."""
    outline = knowledge.outline
    for key, found in outline.types.items():
        if found.effect is Effect.OUTSIDE and outline.steps[key].retry is None:
            message = _(
                "%(step)s calls another system once: where that does not answer at the moment, the run fails.",
                step=outline.name(key),
            )
            attempts = USUAL["attempts"]
            fix = Fix.change(key, "retry", dict(USUAL), _("Try up to %(attempts)s times", attempts=attempts))
            yield outline.problem("effect.no_retry", message, key, "retry", warning=True, fix=fix)
