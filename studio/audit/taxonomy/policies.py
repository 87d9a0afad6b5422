"""Approval policies: who decides and until when, by a name."""

from studio.audit.registry import Action, Metadata


class Versioned(Metadata):
    version: int
    """Which version of it, from 1; each edit of its rule makes a new one."""


CREATED = Action(
    "approval_policy.created",
    "An approval policy was made.",
    sentence="{actor} made the approval policy “{target}”",
    metadata=Versioned,
    example={"version": 1},
    severity="notice",
    ocsf=3004,
)
CHANGED = Action(
    "approval_policy.changed",
    "Who decides by a policy, how many, until when, or its name changed: field by field. What is open keeps the rule "
    "that it was asked by.",
    sentence="{actor} changed the approval policy “{target}”",
    metadata=Versioned,
    example={"version": 2},
    severity="notice",
    ocsf=3004,
)
DELETED = Action(
    "approval_policy.deleted",
    "An approval policy was deleted.",
    sentence="{actor} deleted the approval policy “{target}”",
    metadata=Versioned,
    example={"version": 3},
    severity="warning",
    ocsf=3004,
)
