"""Evidence packs in words."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from studio.oversight.evidence.outcomes import Stage, State

COUNTED = (("approvals", _l("Approvals")), ("runs", _l("Runs")), ("events", _l("Audit events")))


def pack_state(state: str) -> tuple[str, str]:
    """Words and kind of a chip."""
    known: dict[str, tuple[str, str]] = {
        State.QUEUED: (_("Waits"), "wait"),
        State.MAKING: (_("Being made"), "wait"),
        State.READY: (_("Ready"), "good"),
        State.FAILED: (_("Failed"), "bad"),
        State.CANCELLED: (_("Stopped"), ""),
        State.EXPIRED: (_("No longer kept"), ""),
    }
    return known[state]


def stage_words(stage: str) -> str:
    """What is being done."""
    known: dict[str, str] = {
        "": _("It waits for a worker."),
        Stage.SEALING: _("Step 1 of 5: the newest audit events are sealed."),
        Stage.APPROVALS: _("Step 2 of 5: approvals and their runs are put in."),
        Stage.EVENTS: _("Step 3 of 5: audit events are put in, each with its proof."),
        Stage.WORKFLOWS: _("Step 4 of 5: workflows and flags are put in."),
        Stage.CLOSING: _("Step 5 of 5: everything is signed."),
    }
    return known[stage]
