"""Approvals that escalate: who is asked when nobody answers, and who is on it."""

from studio.audit.registry import Action, Metadata, beside


class Escalated(Metadata):
    level: int
    """Counted from 1."""
    loop: int | None = None
    """Which time round, from 1, where the levels are repeated."""
    to: str | None = None
    """Who was asked, by e-mail address; none: nobody who was not asked already."""
    reminded: int | None = None
    """How many of those it asks held it already."""
    replaced: int | None = None
    """From how many it was taken away."""


class Fallback(Metadata):
    to: str | None = None
    """Who was asked, by e-mail address."""
    level: int | None = None
    """The level that had nobody to ask."""
    loop: int | None = None
    reminded: int | None = None
    replaced: int | None = None


class Acknowledged(Metadata):
    until: str
    """ISO 8601, in UTC."""


class Silence(Metadata):
    stage: int
    """Counted from 1."""


ESCALATED = Action(
    "approval.escalated",
    "Nobody answered in time, so the next level of the escalation was asked.",
    sentence="“{target}” was escalated to level {level}",
    metadata=Escalated,
    redactions=beside("to"),
    example={"level": 1, "to": "mira@example.com"},
    severity="notice",
    ocsf=6003,
)
FALLBACK_ASKED = Action(
    "approval.fallback_asked",
    "Nobody was left who may decide, or a level of the escalation had nobody to ask: fallback approvers were asked.",
    sentence="The fallback approvers were asked about “{target}”",
    metadata=Fallback,
    redactions=beside("to"),
    example={"to": "mira@example.com"},
    severity="warning",
    ocsf=6003,
)
ACKNOWLEDGED = Action(
    "approval.acknowledged",
    "Whoever was asked is on it: the next level of the escalation waits. The deadline does not.",
    sentence="{actor} is on “{target}”",
    metadata=Acknowledged,
    example={"until": "2026-03-02T10:45:00+00:00"},
    ocsf=6003,
)
ACKNOWLEDGEMENT_ENDED = Action(
    "approval.acknowledgement_ended",
    "Whoever was on it has not decided in time, so the escalation goes on.",
    sentence="The time is over in which somebody was on “{target}”",
    ocsf=6003,
)
SILENCE_AGREED = Action(
    "approval.silence_agreed",
    "Nobody answered any level of the escalation, which counts as agreeing: the next stage was asked.",
    sentence="Nobody answered “{target}”, so the next stage was asked",
    metadata=Silence,
    example={"stage": 1},
    severity="warning",
    ocsf=6003,
)
