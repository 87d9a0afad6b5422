"""Why a run has not started, or not gone on, in a sentence."""

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.contract.spans import in_words
from studio.core.formats import clock_time, number
from studio.runtime.history.turns import Held


def waits_at_gate(held: Held) -> str:
    """Why a run has not started, or not gone on."""
    said = str(_("It waits for its turn."))
    if held.why == "paused":
        said = _("Its workflow is paused: %(reason)s", reason=held.named)
    elif held.why == "stopped":
        said = _("Everything is stopped: %(reason)s", reason=held.named)
    elif held.why == "catching_up":
        said = _("It goes on once those that were parked before it have.")
    elif held.why == "turn":
        named = held.named or str(held.run_id)
        said = _("It waits for its turn: the run of “%(named)s” is still going.", named=named)
    elif held.why == "place":
        said = ngettext(
            "It waits for a place: only one run executes at a time.",
            "It waits for a place: at most %(limit)s runs execute at once.", held.limit, limit=number(held.limit),
        )  # fmt: skip
    elif held.why == "rate":
        said = ngettext("At most one run starts in %(time)s.", "At most %(limit)s runs start in %(time)s.",
                        held.limit, limit=number(held.limit), time=in_words(held.per_s))  # fmt: skip
        said = f"{_('It starts at %(time)s.', time=clock_time(held.at))} {said}" if held.at else said
    return said
