"""Changes of groups and policies that somebody applies to what is open."""

from studio.audit.registry import Action, Metadata, beside


class Applied(Metadata):
    group: str
    """Its name."""
    came: str | None = None
    """Who is asked since then, by e-mail address."""
    went: str | None = None
    """Who no longer counts, by e-mail address."""
    votes: int | None = None
    """How many of theirs no longer count."""


GROUP_APPLIED = Action(
    "approval.group_applied",
    "Somebody applied a group's people of now to an open request: some are asked since then, others no longer count.",
    sentence="{actor} brought “{target}” in line with the group {group}",
    metadata=Applied,
    redactions=beside("came", "went"),
    example={"group": "Refund team", "came": "mira@example.com", "went": "jonas@example.com", "votes": 1},
    severity="warning",
)


class PolicyApplied(Metadata):
    policy: str
    """Its name."""
    version: int
    """Which one the request follows now."""
    came: str | None = None
    """Who is asked since then, by e-mail address."""
    went: str | None = None
    """Who no longer counts, by e-mail address."""
    votes: int | None = None
    """How many of theirs no longer count."""


POLICY_APPLIED = Action(
    "approval.policy_applied",
    "Somebody applied an edited policy to an open request: who decides, and how many of them, is as it says now.",
    sentence="{actor} brought “{target}” in line with version {version} of the policy {policy}",
    metadata=PolicyApplied,
    redactions=beside("came", "went"),
    example={"policy": "Refunds over 500", "version": 3, "came": "mira@example.com", "went": None, "votes": None},
    severity="warning",
)
