"""Words that rules, tables and pages of elevation share."""

from enum import StrEnum


class State(StrEnum):
    """How far an elevation is."""

    REQUESTED = "requested"
    """People are asked."""
    DECLINED = "declined"
    APPROVED = "approved"
    """Its person may start it."""
    SCHEDULED = "scheduled"
    """Its person may start it once its time has come."""
    ACTIVE = "active"
    ENDED = "ended"


OPEN = frozenset({State.REQUESTED, State.APPROVED, State.SCHEDULED, State.ACTIVE})


class Ending(StrEnum):
    """Why one ended."""

    EXPIRED = "expired"
    """Its time was up."""
    ENDED_EARLY = "ended_early"
    """Its person ended it."""
    TAKEN_BACK = "taken_back"
    """Its person took it back before it was started."""
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    """The browser's session was ended by somebody else, or by another password."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, no secret
    REVOKED = "revoked"
    """An admin ended it."""
    INELIGIBLE = "ineligible"
    """Its person may not ask for the role any longer."""
    SEAT_CHANGED = "seat_changed"
    """Its person's seat was taken away, or is another one."""
    NOT_STARTED = "not_started"
    """It was agreed to, and its person did not start it in time."""
    NOT_DECIDED = "not_decided"
    """Nobody decided in time."""
