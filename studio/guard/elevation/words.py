"""Elevations in words."""

from studio.core.i18n import gettext as _
from studio.core.i18n import marked
from studio.guard.elevation.outcomes import Ending, State

_THINGS = {
    "home": marked("Home page"), "workflow": marked("Workflows"), "gallery": marked("Gallery"),
    "event": marked("Events"), "run": marked("Runs"), "alert": marked("Alerts"), "approval": marked("Approvals"),
    "group": marked("Approver groups"), "policy": marked("Approval policies"), "calendar": marked("Calendars"),
    "schedule": marked("On call"), "audit": marked("Audit trail"), "export": marked("Audit export"),
    "member": marked("People"), "review": marked("Access reviews"), "token": marked("API tokens"),
    "connection": marked("Connections"), "flag": marked("Feature flags"),
    "secret": marked("Secrets"), "settings": marked("Settings"), "protection": marked("Protection"),
    "elevation": marked("Elevated access"), "mailbox": marked("Mailbox"), "workspace": marked("Workspace"),
}  # fmt: skip
_VERBS = {
    "read": marked("read"), "read_all": marked("read all"), "edit": marked("edit"), "publish": marked("publish"),
    "start": marked("start"), "use": marked("use"), "cancel": marked("cancel"), "rerun": marked("run again"),
    "signal": marked("send signals"), "decide": marked("decide"), "manage": marked("manage"),
    "bypass": marked("bypass"), "report": marked("report"), "export": marked("export"), "answer": marked("answer"),
    "ask": marked("ask"), "owner": marked("own"), "stop": marked("stop everything"),
}  # fmt: skip
_STATES = {
    State.REQUESTED: (marked("waits for a decision"), "wait"), State.DECLINED: (marked("declined"), "bad"),
    State.APPROVED: (marked("agreed to"), "run"), State.SCHEDULED: (marked("agreed to, begins later"), "run"),
    State.ACTIVE: (marked("in force"), "warn"), State.ENDED: (marked("ended"), ""),
}  # fmt: skip
_ENDINGS = {
    Ending.EXPIRED: marked("Its time was up."), Ending.ENDED_EARLY: marked("Ended by its person."),
    Ending.TAKEN_BACK: marked("Taken back by its person."), Ending.SIGNED_OUT: marked("Its person signed out."),
    Ending.SESSION_ENDED: marked("Its person's session was ended."),
    Ending.PASSWORD_CHANGED: marked("Its person has another password."), Ending.REVOKED: marked("Ended by an admin."),
    Ending.INELIGIBLE: marked("Its person may not ask for the role any longer."),
    Ending.SEAT_CHANGED: marked("Its person's seat is another one, or was taken away."),
    Ending.NOT_STARTED: marked("It was not started in time."), Ending.NOT_DECIDED: marked("Nobody decided in time."),
}  # fmt: skip


def permission(name: str) -> str:
    """What may be done: "People: manage"."""
    thing, _dot, verb = name.partition(".")
    return _("%(thing)s: %(verb)s", thing=_(_THINGS[thing]), verb=_(_VERBS[verb]))


def permissions(names: list[str]) -> str:
    """Several of them, in one line."""
    return ", ".join(permission(name) for name in sorted(names))


def state(found: str) -> tuple[str, str]:
    """How far one is, and the kind of its chip."""
    sentence, kind = _STATES[State(found)]
    return _(sentence), kind


def ending(found: str | None) -> str:
    """Why one ended; empty where it has not."""
    return _(_ENDINGS[Ending(found)]) if found else ""


def lasting(minutes: int) -> str:
    """How long: "45 minutes", "4 hours", "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s minutes", minutes=rest)
    if rest:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
    return _("1 hour") if hours == 1 else _("%(hours)s hours", hours=hours)
