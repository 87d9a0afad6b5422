"""Requests for approval, and what people decided."""

from studio.audit.registry import Action, Metadata, beside


class Request(Metadata):
    asked: str | None = None
    """Who is asked, by e-mail address."""
    amount: str | None = None
    """Decimal text."""
    currency: str | None = None
    payload_hash: str | None = None
    """SHA-256 in hex of what is to be approved."""


class Further(Metadata):
    asked: str | None = None
    """Who is asked in it, by e-mail address."""
    stage: str | None = None
    """Its name."""
    payload_hash: str | None = None
    """SHA-256 in hex of what is to be approved."""


class Decision(Metadata):
    reason: str | None = None
    option: str | None = None
    """The key of one of the request's own answers."""
    channel: str | None = None
    """Where it came in: `page`, `mail_link`, `api`, `slack`, `clock`."""
    acting_for: str | None = None
    """Who was away, where somebody stood in."""
    amount: str | None = None
    """Decimal text."""
    currency: str | None = None
    approved_items: str | None = None
    """Keys of the line items that were approved, where it has such."""
    payload_hash: str | None = None
    """SHA-256 in hex of what the decision is bound to."""


class Vote(Metadata):
    outcome: str
    """`approved`, `declined` or `responded`."""
    option: str | None = None
    """The key of one of the request's own answers."""
    reason: str | None = None
    channel: str | None = None
    """Where it came in: `page`, `mail_link`, `api`, `slack`."""
    acting_for: str | None = None
    """Who was away, where somebody stood in."""
    approved_items: str | None = None
    """Keys of the line items that it approves, where it has such."""
    payload_hash: str | None = None
    """SHA-256 in hex of what it is bound to."""


class Comment(Metadata):
    comment: str | None = None


class Reassigned(Metadata):
    from_: str | None = None
    """The id of whose share it was."""
    to: str
    note: str | None = None


class Delegated(Metadata):
    from_: str | None = None
    """The id of whose share it is."""
    to: str
    steps: int
    """How many absences led there."""


class Revoked(Metadata):
    of: str
    """The id of whose share it was."""


class Withdrawn(Metadata):
    reason: str | None = None


class Queued(Metadata):
    lock: str | None = None
    """What only one request at a time is open about."""


class Revised(Metadata):
    version: int
    """Counted from 1, as it was asked."""
    note: str | None = None
    amount: str | None = None
    """Decimal text."""
    currency: str | None = None
    payload_hash: str | None = None
    """SHA-256 in hex of what is to be approved now."""


class Dismissed(Metadata):
    reason: str | None = None


REQUESTED = Action(
    "approval.requested",
    "A run, or another part of Studio, asked people for a decision.",
    sentence="{actor} asked for approval of “{target}”",
    metadata=Request,
    redactions=beside("asked"),
    example={"asked": "jonas@example.com, mira@example.com", "amount": "420.00"},
)
QUEUED = Action(
    "approval.queued",
    "Another request about the same thing is open, so nobody is asked yet.",
    sentence="“{target}” waits for another approval about the same thing",
    metadata=Queued,
    redactions=beside("lock"),
    example={"lock": "Price of TR-7"},
)
OPENED = Action(
    "approval.opened",
    "Those before it about the same thing have ended, so its people are asked.",
    sentence="“{target}” has its turn",
)
STAGE_ADDED = Action(
    "approval.stage_added",
    "A run asked further people about a request, once those whom it had asked before had agreed.",
    sentence="{actor} asked further people to approve “{target}”",
    metadata=Further,
    redactions=beside("asked"),
    example={"asked": "mira@example.com", "stage": "Finance"},
)
APPROVED = Action(
    "approval.approved",
    "An approver said yes.",
    sentence="{actor} approved “{target}”",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"channel": "mail_link", "amount": "420.00", "currency": "EUR"},
    version=4,
    severity="notice",
    ocsf=6003,
)
DECLINED = Action(
    "approval.declined",
    "An approver said no.",
    sentence="{actor} declined “{target}”",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"reason": "Refund period is over", "channel": "page"},
    version=4,
    severity="notice",
    ocsf=6003,
)
BYPASSED = Action(
    "approval.bypassed",
    "Somebody who manages approvals ended it as approved, without those who were asked.",
    sentence="{actor} bypassed the approval of “{target}”",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"reason": "The customer waits at the counter", "channel": "page", "amount": "420.00", "currency": "EUR"},
    severity="warning",
    ocsf=6003,
)
CHANGES_REQUESTED = Action(
    "approval.changes_requested",
    "An approver sent it back: something has to change first.",
    sentence="{actor} asked for changes to “{target}”",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"reason": "Please attach the receipt", "channel": "page"},
    version=4,
    severity="notice",
    ocsf=6003,
)
RESPONDED = Action(
    "approval.responded",
    "Those who were asked gave an answer of the request's own: neither yes nor no.",
    sentence="{actor} answered “{option}” to “{target}”",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"option": "voucher", "channel": "page"},
    version=2,
    severity="notice",
    ocsf=6003,
)
REVISED = Action(
    "approval.revised",
    "What is asked was worded anew. What was said of earlier versions no longer counts, unless the rule keeps it.",
    sentence="{actor} changed what “{target}” asks",
    metadata=Revised,
    redactions=beside("note"),
    example={"version": 2, "note": "Receipt attached"},
    severity="notice",
    ocsf=6003,
)
DEADLINE_MOVED = Action(
    "approval.deadline_moved",
    "The deadline of an open request was counted anew by the edited calendar that had counted it.",
    sentence="{actor} moved the deadline of “{target}”",
    severity="notice",
    ocsf=6003,
)
CHANGES_DISMISSED = Action(
    "approval.changes_dismissed",
    "Somebody who manages approvals set aside that changes were asked for.",
    sentence="{actor} set aside that changes were asked for to “{target}”",
    metadata=Dismissed,
    redactions=beside("reason"),
    example={"reason": "The receipt is in the order"},
    severity="notice",
    ocsf=6003,
)


class Deferred(Metadata):
    effect_at: str
    """When it takes effect, ISO 8601."""
    payload_hash: str


DEFERRED = Action(
    "approval.deferred",
    "All have agreed to a request; it takes effect later, and can be taken back until then.",
    sentence="{actor} approved “{target}”, which takes effect later",
    metadata=Deferred,
    example={"effect_at": "2026-12-01T08:00:00+00:00", "payload_hash": "9f2c"},
    severity="notice",
    ocsf=6003,
)
VOTED = Action(
    "approval.voted",
    "An approver said yes or no, and that did not end it.",
    sentence="{actor} said “{outcome}” to “{target}”; others are still asked",
    metadata=Vote,
    redactions=beside("reason", "acting_for"),
    example={"outcome": "approved", "channel": "page"},
    version=4,
    severity="notice",
    ocsf=6003,
)
UNREACHABLE = Action(
    "approval.unreachable",
    "Too few people are left who may decide, so the rule can no longer be met.",
    sentence="Too few people are left to decide “{target}”",
    severity="warning",
    ocsf=6003,
)
COMMENTED = Action(
    "approval.commented",
    "Somebody wrote a comment; nothing was decided.",
    sentence="{actor} commented on “{target}”",
    metadata=Comment,
    redactions=beside("comment"),
    example={"comment": "Waiting for the carrier"},
)
THREAD_OPENED = Action(
    "approval.thread_opened",
    "Somebody opened a thread, which has to be resolved where the step says so.",
    sentence="{actor} opened a thread on “{target}”",
    metadata=Comment,
    redactions=beside("comment"),
    example={"comment": "Which parcel was it?"},
)
THREAD_RESOLVED = Action(
    "approval.thread_resolved",
    "A thread on a request was resolved.",
    sentence="{actor} resolved a thread on “{target}”",
)
THREAD_REOPENED = Action(
    "approval.thread_reopened",
    "A thread on a request is open again.",
    sentence="{actor} opened a thread on “{target}” again",
)
REASSIGNED = Action(
    "approval.reassigned",
    "The question went to somebody else.",
    sentence="{actor} passed “{target}” on to {to}",
    metadata=Reassigned,
    redactions=beside("to", "note"),
    example={"to": "mira@example.com", "note": "On holiday"},
    severity="notice",
)
EXPIRED = Action(
    "approval.expired",
    "Nobody answered in time.",
    sentence="The approval of “{target}” expired",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"channel": "clock"},
    version=4,
    severity="notice",
)
SHARE_REVOKED = Action(
    "approval.share_revoked",
    "Somebody who was asked no longer has a seat that decides, so their part is nobody's until it is handed on.",
    sentence="A part of “{target}” is nobody's any more: its approver no longer has a seat that decides",
    metadata=Revoked,
    example={"of": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11"},
    severity="notice",
)
CANCELLED = Action(
    "approval.cancelled",
    "Whoever asked, or somebody who manages approvals, took it back. Its run went on without an answer.",
    sentence="{actor} took “{target}” back",
    metadata=Decision,
    redactions=beside("reason", "acting_for"),
    example={"reason": "The order was cancelled", "channel": "page"},
    version=2,
    severity="notice",
    ocsf=6003,
)
WITHDRAWN = Action(
    "approval.withdrawn",
    "Whoever asked no longer needs the answer.",
    sentence="{actor} withdrew the request “{target}”",
    metadata=Withdrawn,
    redactions=beside("reason"),
    example={"reason": "The run was cancelled"},
)
REMINDED = Action(
    "approval.reminded",
    "Whoever asked, or somebody who manages approvals, had those who hold it reminded.",
    sentence="{actor} reminded those who decide “{target}”",
)
LINK_LOCKED = Action(
    "approval.link_locked",
    "A mailed link was locked after too many wrong codes.",
    sentence="The mailed link to “{target}” was locked after too many wrong codes",
    severity="warning",
    ocsf=3002,
)
MAILBOX_VERIFIED = Action(
    "approval.mailbox_verified",
    "Somebody proved with a mailed code that they read the approver's mail.",
    sentence="A mailed code opened “{target}”",
    severity="notice",
    ocsf=3002,
)
DELEGATED = Action(
    "approval.delegated",
    "Somebody is away, so whoever stands in was asked as well.",
    sentence="“{target}” also went to {to}, who stands in",
    metadata=Delegated,
    redactions=beside("to"),
    example={"to": "ben@example.com", "steps": 1},
    ocsf=6003,
)
