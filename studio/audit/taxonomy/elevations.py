"""Who may be elevated to which role, and who was."""

from studio.audit.registry import Action, Metadata, beside


class EligibilityFacts(Metadata):
    role: str
    most_minutes: int
    """The longest time that may be asked for."""
    user: str | None = None
    """The person's id; absent: it is a group."""
    group: str | None = None
    approvers: str
    """Who has to agree; empty: nobody."""
    step_up: bool


class ElevationFacts(Metadata):
    role: str
    minutes: int
    user: str
    """The person's id."""


class RequestedFacts(ElevationFacts):
    justification: str
    ticket: str
    scope: str
    """Permissions; empty: all of the role's."""


class StartedFacts(ElevationFacts):
    until: str


class EndedFacts(ElevationFacts):
    ending: str
    """`expired`, `ended_early`, `taken_back`, `signed_out`, `session_ended`, `password_changed`, `revoked`,
    `ineligible`, `seat_changed`, `not_started` or `not_decided`."""
    reason: str | None = None


_USER = "019a0000-0000-7000-8000-000000000000"
_ELIGIBILITY = {
    "role": "admin", "most_minutes": 240, "user": _USER, "approvers": "group:Security", "step_up": True,
}  # fmt: skip
_ELEVATION = {"role": "admin", "minutes": 60, "user": _USER}

GRANTED = Action(
    "eligibility.granted",
    "Somebody, or a group, may ask for a role for a time.",
    sentence="{actor} made {target} eligible for the role {role}",
    metadata=EligibilityFacts,
    example=_ELIGIBILITY,
    redactions=beside("approvers"),
    severity="warning",
    ocsf=3005,
)
APPROVERS_REPLACED = Action(
    "eligibility.approvers_replaced",
    "Somebody who had to agree has left: another person does, or nobody in their place.",
    sentence="{actor} changed who agrees when {target} asks for the role {role}",
    metadata=EligibilityFacts,
    example=_ELIGIBILITY,
    redactions=beside("approvers"),
    severity="notice",
    ocsf=3005,
)
WITHDRAWN = Action(
    "eligibility.withdrawn",
    "They may not ask for it any longer; what they were lent by it has ended.",
    sentence="{actor} withdrew the eligibility of {target} for the role {role}",
    metadata=EligibilityFacts,
    example=_ELIGIBILITY,
    redactions=beside("approvers"),
    severity="notice",
    ocsf=3005,
)
REQUESTED = Action(
    "elevation.requested",
    "Somebody asked for a role for a time.",
    sentence="{actor} asked for elevated access: {target}, for {minutes} minutes",
    metadata=RequestedFacts,
    example=_ELEVATION | {"justification": "Restore the payout export", "ticket": "OPS-118", "scope": ""},
    redactions=beside("justification"),
    severity="notice",
    ocsf=3005,
)
APPROVED = Action(
    "elevation.approved",
    "Those who had to agree did, or nobody had to. Its person may start it.",
    sentence="Elevated access was agreed to: {target}",
    metadata=ElevationFacts,
    example=_ELEVATION,
    severity="notice",
    ocsf=3005,
)
DECLINED = Action(
    "elevation.declined",
    "Somebody who was asked said no.",
    sentence="Elevated access was declined: {target}",
    metadata=ElevationFacts,
    example=_ELEVATION,
    severity="notice",
    ocsf=3005,
)
STARTED = Action(
    "elevation.started",
    "Somebody started elevated access in one browser. What they do in it from then on carries the elevation's id.",
    sentence="{actor} started elevated access: {target}, for {minutes} minutes",
    metadata=StartedFacts,
    example=_ELEVATION | {"until": "2026-03-02T11:00:00+00:00"},
    severity="warning",
    ocsf=3005,
)
ENDED = Action(
    "elevation.ended",
    "Elevated access ended, or will not be started any more.",
    sentence="Elevated access ended: {target} ({ending})",
    metadata=EndedFacts,
    example=_ELEVATION | {"ending": "expired"},
    redactions=beside("reason"),
    severity="notice",
    ocsf=3005,
)
