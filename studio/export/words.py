"""States and advice in words."""

from datetime import timedelta

from studio.core.i18n import gettext as _
from studio.export.outcomes import State
from studio.export.service.destinations import Standing

CHIPS = {State.ACTIVE: "good", State.RETRYING: "warn", State.HELD: "bad", State.PAUSED: "", State.REMOVED: ""}
LATE = timedelta(minutes=15)
"""From when on a destination that is supplied counts as behind."""


def state(standing: Standing) -> str:
    """What a destination is doing."""
    match State(standing.row.state):
        case State.ACTIVE if standing.oldest is not None and standing.oldest > LATE:
            return _("Catching up")
        case State.ACTIVE:
            return _("Up to date") if standing.lag == 0 else _("Sending")
        case State.RETRYING:
            return _("Trying again")
        case State.HELD:
            return _("Held")
        case State.PAUSED:
            return _("Paused")
        case State.REMOVED:
            return _("Removed")


def advice(standing: Standing) -> str:
    """What to do; empty where there is nothing."""
    match State(standing.row.state):
        case State.HELD:
            return _("Nothing is sent until you have mended the setting, or pressed Resume. Events wait in the trail.")
        case State.RETRYING:
            return _("It is tried again by itself. Events wait in the trail; nothing is lost.")
        case State.PAUSED:
            return _("Events wait in the trail. Resume goes on from where it stopped.")
        case _:
            return ""
