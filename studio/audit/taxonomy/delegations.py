"""Absences, and who stands in."""

from studio.audit.registry import Action, Metadata, beside


class Delegation(Metadata):
    to: str
    starts_at: str
    """ISO 8601, in UTC."""
    ends_at: str


DELEGATION_CREATED = Action(
    "delegation.created",
    "Somebody will be away, and somebody else gets their approvals as well.",
    sentence="{actor} let {to} stand in for {target}",
    metadata=Delegation,
    redactions=beside("to"),
    example={
        "to": "ben@example.com",
        "starts_at": "2026-07-01T06:00:00+00:00",
        "ends_at": "2026-07-15T06:00:00+00:00",
    },
    severity="notice",
    ocsf=3005,
)
DELEGATION_ENDED = Action(
    "delegation.ended",
    "An absence was ended before its time.",
    sentence="{actor} ended the absence of {target}",
    severity="notice",
    ocsf=3005,
)
