"""Event sources: what is heard before there is a workflow."""

from studio.audit.registry import Action, Metadata


class SourceKind(Metadata):
    type: str
    """The node type of the trigger that would hear the same."""


class SourceEnd(Metadata):
    events: int
    """That it kept, and that went with it."""


class SourceAddress(Metadata):
    workflow: str
    """Id of the workflow whose webhook answers there now."""


class SourceHeir(Metadata):
    workflow: str
    """Id of the workflow that was to take it over."""


class SourceUsed(Metadata):
    workflow: str
    """Id of the workflow."""
    event: str
    """Id of the event."""


class SourceReplay(Metadata):
    workflow: str
    """Id of the workflow."""
    event: str
    """Id of the event of the source."""
    verdict: str
    """What became of it there: `started`, `duplicate`, `limited`, …"""


_WORKFLOW = "0190a0c0-0000-7000-8000-000000000001"
_EVENT = "0190a0c0-0000-7000-8000-000000000002"

SOURCE_OPENED = Action(
    "event_source.opened",
    "Somebody opened an event source: what arrives there is kept for people to look at.",
    sentence="{actor} opened the event source “{target}”",
    metadata=SourceKind,
    example={"type": "trigger.webhook"},
    severity="notice",
)
SOURCE_CLOSED = Action(
    "event_source.closed",
    "An event source hears nothing any longer; what it kept stays until it is too old.",
    sentence="{actor} closed the event source “{target}”",
    severity="notice",
)
SOURCE_REOPENED = Action(
    "event_source.reopened",
    "An event source that was closed hears again.",
    sentence="{actor} reopened the event source “{target}”",
    severity="notice",
)
SOURCE_RENAMED = Action(
    "event_source.renamed",
    "An event source got another name.",
    sentence="{actor} renamed the event source “{target}”",
)
SOURCE_ROTATED = Action(
    "event_source.address_rotated",
    "An event source got a new secret address; the old one answers no longer.",
    sentence="{actor} replaced the address of the event source “{target}”",
    severity="warning",
)
SOURCE_REMOVED = Action(
    "event_source.removed",
    "An event source was removed with all events that it kept.",
    sentence="{actor} removed the event source “{target}”",
    metadata=SourceEnd,
    example={"events": 12},
    severity="warning",
)
SOURCE_USED = Action(
    "event_source.used",
    "A workflow was made of an event source, with one of its events as the sample.",
    sentence="{actor} made a workflow of the event source “{target}”",
    metadata=SourceUsed,
    example={"workflow": _WORKFLOW, "event": _EVENT},
)
SOURCE_TAKEN = Action(
    "event_source.address_taken",
    "A workflow that was made of an event source was published and took the source's address over.",
    sentence="{actor} published a workflow that answers at the address of the event source “{target}” now",
    metadata=SourceAddress,
    example={"workflow": _WORKFLOW},
    severity="notice",
)
SOURCE_KEPT = Action(
    "event_source.address_kept",
    "The address stays with the event source: the workflow that was to take it over gets one of its own.",
    sentence="{actor} kept the address at the event source “{target}”",
    metadata=SourceHeir,
    example={"workflow": _WORKFLOW},
    severity="notice",
)
SOURCE_REPLAYED = Action(
    "event_source.replayed",
    "An event that a source kept was given to a published workflow, as if it had just arrived there.",
    sentence="{actor} replayed an event of the event source “{target}”",
    metadata=SourceReplay,
    example={"workflow": _WORKFLOW, "event": _EVENT, "verdict": "started"},
    severity="notice",
)
