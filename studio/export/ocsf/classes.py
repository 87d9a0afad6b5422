"""The OCSF classes that the taxonomy uses, with their activities. What an action is in its class, by rule and table."""

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "1.8.0"
OTHER = 99


@dataclass(frozen=True, slots=True)
class Class:
    """One event class."""

    uid: int
    name: str
    category: str
    activities: Mapping[int, str]
    """Captions by id, without Unknown and Other."""
    verbs: Mapping[str, int]
    """The rule: what the words of an action's verb say; the first word that is known decides."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What an event is in its class."""

    id: int
    name: str
    """The class's caption; an activity that the class does not know is named by the action's own words."""


IAM, APPLICATION = "Identity & Access Management", "Application Activity"

CLASSES: Mapping[int, Class] = {
    one.uid: one
    for one in (
        Class(
            3001,
            "Account Change",
            IAM,
            {
                1: "Create", 2: "Enable", 3: "Password Change", 4: "Password Reset", 5: "Disable", 6: "Delete",
                9: "Lock", 10: "MFA Factor Enable", 11: "MFA Factor Disable", 12: "Unlock",
            },
            {
                "created": 1, "verified": 2, "enabled": 2, "disabled": 5, "deleted": 6, "removed": 6, "locked": 9,
                "enrolled": 10, "unlocked": 12,
            },
        ),
        Class(
            3002,
            "Authentication",
            IAM,
            {1: "Logon", 2: "Logoff", 6: "Preauth"},
            {"signed_in": 1, "sign_in_failed": 1, "signed_out": 2},
        ),
        Class(
            3004,
            "Entity Management",
            IAM,
            {
                1: "Create", 2: "Read", 3: "Update", 4: "Delete", 8: "Enable", 9: "Disable", 10: "Activate",
                11: "Deactivate", 12: "Suspend", 13: "Resume",
            },
            {
                "created": 1, "opened": 1, "requested": 1, "updated": 3, "changed": 3, "configured": 3, "renamed": 3,
                "rotated": 3, "restored": 3, "replayed": 3, "overridden": 3, "made": 3, "set": 3, "limited": 3,
                "deleted": 4, "discarded": 4, "removed": 4, "revoked": 4, "enabled": 8, "disabled": 9, "published": 10,
                "retired": 11, "paused": 12, "held": 12, "resumed": 13,
            },
        ),
        Class(
            3005,
            "User Access Management",
            IAM,
            {1: "Assign Privileges", 2: "Revoke Privileges"},
            {
                "created": 1, "granted": 1, "assigned": 1, "activated": 1, "changed": 1, "role_changed": 1,
                "revoked": 2, "ended": 2, "expired": 2, "deleted": 2, "removed": 2, "withdrawn": 2, "retired": 2,
            },
        ),
        Class(
            6003,
            "API Activity",
            APPLICATION,
            {1: "Create", 2: "Read", 3: "Update", 4: "Delete"},
            {
                "created": 1, "recorded": 1, "rerun": 1, "exported": 2, "verified": 2, "revealed": 2, "read": 2,
                "updated": 3, "changed": 3, "settled": 3, "erased": 4, "deleted": 4,
            },
        ),
    )
}  # fmt: skip

EXCEPTIONS: Mapping[str, int] = {
    "factor.added": 10,
    "factor.all_removed": 11,
    "factor.removed": 11,
    "password.changed": 3,
    "password.reset_requested": 4,
    "member.invitation_withdrawn": 6,
    "approval.link_locked": OTHER,
    "trigger.address_rotated": 3,
}
"""The table: actions whose verb says something else than the rule reads in it."""


def activity_of(action: str, class_uid: int) -> Activity:
    """By the table, else by the rule over the whole verb and then its words from the last on. Raises KeyError."""
    known = CLASSES[class_uid]
    verb = action.rpartition(".")[2]
    words = (verb, *reversed(verb.split("_")))
    ruled = next((known.verbs[word] for word in words if word in known.verbs), OTHER)
    found = EXCEPTIONS.get(action, ruled)
    return Activity(found, known.activities.get(found, verb.replace("_", " ").capitalize()))
