"""Feature flags, the segments they share, and the environments they hold in."""

from studio.audit.registry import Action, Metadata


class Versioned(Metadata):
    version: int
    """Of the flag or segment, from 1; each change makes a new one."""


class Restored(Versioned):
    restored: int
    """The version that was brought back."""


class Set(Versioned):
    environment: str
    enabled: bool
    """Whether it is on there after the change."""


class SetBack(Set):
    restored: int
    """The version that was brought back."""


class OfEnvironment(Metadata):
    name: str
    """What keys and steps name it by."""
    kind: str
    """`production`, `staging` or `development`."""


CREATED = Action(
    "flag.created",
    "A feature flag was made; it is off everywhere.",
    sentence="{actor} made the flag {target}",
    metadata=Versioned,
    example={"version": 1},
    severity="notice",
)
CHANGED = Action(
    "flag.changed",
    "What is a flag's own changed, in all environments: its words, purpose, schema, dependencies, the value where it "
    "is off.",
    sentence="{actor} changed the flag {target}",
    metadata=Versioned,
    example={"version": 2},
    severity="notice",
)
RESTORED = Action(
    "flag.restored",
    "An old version of what is a flag's own was brought back.",
    sentence="{actor} brought version {restored} of the flag {target} back",
    metadata=Restored,
    example={"version": 5, "restored": 2},
    severity="notice",
)
SETTING_CHANGED = Action(
    "flag.setting_changed",
    "What holds of a flag in one environment changed, field by field: whether it is on, for whom, and what it gives.",
    sentence="{actor} changed the flag {target} in {environment}",
    metadata=Set,
    example={"version": 3, "environment": "production", "enabled": True},
    severity="warning",
)
SETTING_RESTORED = Action(
    "flag.setting_restored",
    "An old version of what holds of a flag in one environment was brought back.",
    sentence="{actor} brought version {restored} of the flag {target} back in {environment}",
    metadata=SetBack,
    example={"version": 6, "environment": "production", "enabled": False, "restored": 3},
    severity="warning",
)
ARCHIVED = Action(
    "flag.archived",
    "A flag was archived: clients no longer get it.",
    sentence="{actor} archived the flag {target}",
    metadata=Versioned,
    example={"version": 7},
    severity="warning",
)
BROUGHT_BACK = Action(
    "flag.brought_back",
    "An archived flag was brought back: clients get it again, as it was.",
    sentence="{actor} brought the flag {target} back",
    metadata=Versioned,
    example={"version": 8},
    severity="warning",
)
SEGMENT_CREATED = Action(
    "flag_segment.created",
    "A segment was made: constraints with a name, which many flags may share.",
    sentence="{actor} made the segment {target}",
    metadata=Versioned,
    example={"version": 1},
    severity="notice",
)
SEGMENT_CHANGED = Action(
    "flag_segment.changed",
    "Whom a segment means changed, and so for whom the flags are on that name it.",
    sentence="{actor} changed the segment {target}",
    metadata=Versioned,
    example={"version": 2},
    severity="warning",
)
SEGMENT_RESTORED = Action(
    "flag_segment.restored",
    "An old version of a segment was brought back.",
    sentence="{actor} brought version {restored} of the segment {target} back",
    metadata=Restored,
    example={"version": 3, "restored": 1},
    severity="warning",
)
SEGMENT_ARCHIVED = Action(
    "flag_segment.archived",
    "A segment that no flag names was archived.",
    sentence="{actor} archived the segment {target}",
    metadata=Versioned,
    example={"version": 4},
    severity="notice",
)
SEGMENT_BROUGHT_BACK = Action(
    "flag_segment.brought_back",
    "An archived segment was brought back.",
    sentence="{actor} brought the segment {target} back",
    metadata=Versioned,
    example={"version": 5},
    severity="notice",
)
ENVIRONMENT_ADDED = Action(
    "flag_environment.added",
    "An environment for flags was made.",
    sentence="{actor} added the environment {target}",
    metadata=OfEnvironment,
    example={"name": "staging", "kind": "staging"},
    severity="notice",
)
ENVIRONMENT_CHANGED = Action(
    "flag_environment.changed",
    "An environment for flags was given another name.",
    sentence="{actor} renamed the environment {target}",
    metadata=OfEnvironment,
    example={"name": "staging", "kind": "staging"},
    severity="notice",
)
ENVIRONMENT_RETIRED = Action(
    "flag_environment.retired",
    "An environment for flags was retired: no client may ask for it any longer.",
    sentence="{actor} retired the environment {target}",
    metadata=OfEnvironment,
    example={"name": "staging", "kind": "staging"},
    severity="warning",
)
