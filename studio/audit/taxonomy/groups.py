"""Groups of approvers."""

from studio.audit.registry import Action, Metadata


class Group(Metadata):
    members: int | None = None


GROUP_CREATED = Action(
    "approver_group.created",
    "A group of approvers was made.",
    sentence="{actor} created the group “{target}”",
    metadata=Group,
    severity="notice",
    ocsf=3005,
)
GROUP_RENAMED = Action(
    "approver_group.renamed",
    "A group's name changed. Rules name groups by it.",
    sentence="{actor} renamed the group “{target}”",
    metadata=Group,
    severity="notice",
    ocsf=3005,
)
GROUP_MEMBERS_CHANGED = Action(
    "approver_group.members_changed",
    "People joined or left a group of approvers.",
    sentence="{actor} changed who is in the group “{target}”",
    metadata=Group,
    severity="notice",
    ocsf=3005,
)
GROUP_DELETED = Action(
    "approver_group.deleted",
    "A group of approvers was deleted.",
    sentence="{actor} deleted the group “{target}”",
    metadata=Group,
    severity="warning",
    ocsf=3005,
)
