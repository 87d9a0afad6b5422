"""Somebody leaves a workspace."""

from studio.audit.registry import Action, Metadata


class Left(Metadata):
    to: str | None = None
    """The address of whoever took over."""
    fallback: str | None = None
    """The address of whoever took what that one may not."""
    handed: str | None = None
    """Kinds and counts of what was handed over."""
    ended: str | None = None
    """The same of what ended."""


MEMBER_LEFT = Action(
    "member.left",
    "Somebody left the workspace: all that they held was handed over or ended in one transaction.",
    sentence="{actor} let {target} leave",
    metadata=Left,
    example={"to": "tom@example.com", "handed": "shares: 12, workflows: 3", "ended": "seat: 1, tokens: 2"},
    severity="warning",
    ocsf=3001,
)
