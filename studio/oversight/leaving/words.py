"""How the kinds of things that somebody holds read."""

from collections.abc import Iterable

from studio.contract.leaving import Holding
from studio.core.i18n import gettext, marked

_WORDS = {
    "shares": marked("Open approvals"),
    "shares_end": marked("Open approvals that others decide"),
    "absences": marked("Their own absences"),
    "standing_in": marked("Absences in which they stand in"),
    "groups": marked("Approver groups"),
    "turns": marked("Turns on call"),
    "overrides": marked("Overrides on call"),
    "policies": marked("Approval policies that name them"),
    "plans": marked("Open approvals that would escalate to them"),
    "slack": marked("Slack account"),
    "workflows": marked("Workflows"),
    "named": marked("Published workflows that ask them by name"),
    "connections": marked("Connections whose failures they hear of"),
    "syncs": marked("Syncs whose failures they hear of"),
    "sign_ins": marked("Sign-ins to other systems under way"),
    "flags": marked("Flags they answer for"),
    "eligibilities": marked("Roles they may ask for"),
    "elevations": marked("Elevated access, asked for or in force"),
    "agreeing": marked("Roles of others to which they agree"),
    "protection": marked("Protection policies that name them"),
    "proofs": marked("Proofs that runs wait for"),
    "alerts": marked("Alerts that they are on, or have put off"),
    "reviews": marked("Seats they were asked about"),
    "seat": marked("Seat"),
    "sessions": marked("Browsers that are signed in"),
    "tokens": marked("API tokens"),
    "secrets": marked("Secrets they set"),
}

_NOTES = {
    "shares_end": marked("They were asked for by whoever would take them over, or by you, or others were asked too."),
    "named": marked("A published version never changes: edit and publish these. Until then nobody is asked there."),
    "secrets": marked("They stay, and whoever set them knows their values: replace those that matter."),
    "proofs": marked("They are refused, so that no run waits for nobody."),
    "connections": marked("They go on working."),
    "tokens": marked("Programs that use them are refused from then on."),
}

A_SECOND = 1_000
"""Open approvals that are handed over or ended in one, on a machine that is not busy."""
SOON = 3
"""Seconds of which nobody need be told."""


def seconds(holdings: Iterable[Holding]) -> int:
    """About how long letting somebody go takes; 0: not worth a word."""
    needed = -(-sum(one.count for one in holdings if one.kind in ("shares", "shares_end")) // A_SECOND)
    return needed if needed > SOON else 0


def kind(holding: Holding) -> str:
    """What it is."""
    return gettext(_WORDS[holding.kind])


def note(holding: Holding) -> str:
    """What to know of it; may be empty."""
    return gettext(_NOTES[holding.kind]) if holding.kind in _NOTES else ""


def named(holding: Holding) -> str:
    """The first few by name, and how many more there are."""
    names = ", ".join(holding.names)
    more = holding.count - len(holding.names)
    if not names or more <= 0:
        return names
    return gettext("%(names)s and %(more)s more", names=names, more=more)


def line(holding: Holding) -> str:
    """One line of a mail."""
    names = named(holding)
    return f"{kind(holding)}: {holding.count}" + (f" ({names})" if names else "")
