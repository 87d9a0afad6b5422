"""States, outcomes and channels that policies, tables and pages share."""

from enum import StrEnum


class RequestState(StrEnum):
    """Where a request is. All but the first four are ends, but for `changes_requested` where the rule waits."""

    PENDING = "pending"
    BETWEEN = "between"
    """All stages so far have agreed, and what asked may add another."""
    QUEUED = "queued"
    """Another request about the same thing is open: nobody is asked yet, and no time runs."""
    DEFERRED = "approved_deferred"
    """All have agreed; it takes effect later, and can be taken back until then."""
    APPROVED = "approved"
    DECLINED = "declined"
    CHANGES_REQUESTED = "changes_requested"
    RESPONDED = "responded"
    """By an answer of its own, which neither approves nor declines."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    BYPASSED = "bypassed"
    """An admin ended it without those who were asked; counts as approved."""


class Outcome(StrEnum):
    """What ended a request, or what one person said of it. Those of UNSAID are no answers of whoever is asked."""

    APPROVED = "approved"
    DECLINED = "declined"
    CHANGES_REQUESTED = "changes_requested"
    RESPONDED = "responded"
    """An answer of the request's own, which neither approves nor declines."""
    EXPIRED = "expired"
    """The deadline's."""
    CANCELLED = "cancelled"
    """Taken back by whoever asked, or an admin."""
    BYPASSED = "bypassed"
    """An admin's, who was not asked: counts as approved."""


UNSAID = frozenset({Outcome.EXPIRED, Outcome.CANCELLED, Outcome.BYPASSED})
"""What nobody who was asked can answer."""
AGREED = (Outcome.APPROVED, Outcome.BYPASSED)
"""Ends by which whoever asked may go on."""

BY_PEOPLE = (Outcome.APPROVED, Outcome.DECLINED, Outcome.CHANGES_REQUESTED)
"""What a person may decide of any request; some offer further answers (`options.py`)."""

REASONED = frozenset({Outcome.DECLINED, Outcome.CHANGES_REQUESTED})
"""Outcomes that must say why: whoever asked has to act on them."""


class AssignmentState(StrEnum):
    """Where one person's share of a request is."""

    QUEUED = "queued"
    """Asked once the stages before have agreed."""
    OPEN = "open"
    SNOOZED = "snoozed"
    """Hidden until `snoozed_until`, for this person only."""
    DECIDED = "decided"
    """This person has said what they decide."""
    REASSIGNED = "reassigned"
    """Handed to somebody else."""
    REVOKED = "revoked"
    """No longer this person's to decide: the absence ended by which it was given to them."""
    ESCALATED_AWAY = "escalated_away"
    """Nobody answered in time, so others were asked instead."""
    WITHDRAWN = "withdrawn"
    """Settled without this person: somebody else decided, the time ran out, it was taken back."""


LIVE = (AssignmentState.OPEN, AssignmentState.SNOOZED)
"""States in which a person may decide."""

WAITING = (AssignmentState.QUEUED, *LIVE)
"""States that have not ended."""


class Channel(StrEnum):
    """Where a decision came in."""

    PAGE = "page"
    MAIL_LINK = "mail_link"
    API = "api"
    SLACK = "slack"
    """A button of a message in Slack."""
    CLOCK = "clock"
    """The deadline."""
    ESCALATION = "escalation"
    """The last word of a plan of escalation."""


class CommentKind(StrEnum):
    """What a remark is."""

    COMMENT = "comment"
    CHANGES = "request_changes"
    THREAD = "thread"
    """Opens a thread, which somebody has to resolve."""
    REPLY = "reply"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    """Why somebody else set aside that changes were asked for."""


class LinkEnd(StrEnum):
    """Why an e-mail link opens nothing any more. Says neither who nor what: its reader is not known yet."""

    DECIDED = "decided"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    HANDED_ON = "handed_on"
    ESCALATED = "escalated"
    """It was not answered in time, and others are asked instead."""
    SETTLED = "settled"
    """Somebody else has spoken for this place; the request itself goes on."""
    AWAY_OVER = "away_over"
    """It was given to somebody who stood in, and no longer does."""
    SPOKEN = "spoken"
    """Its own person has decided; others are still to."""
    NO_SEAT = "no_seat"
    OLD = "old"
    """Too old, or replaced."""


class CodeVerdict(StrEnum):
    """What became of a typed code."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    """Too old, used, or asked for in another browser."""
    LOCKED = "locked"
    """Too many wrong ones: this link takes no codes any more."""
