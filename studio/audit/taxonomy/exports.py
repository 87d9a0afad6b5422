"""The audit trail on its way out of the house."""

from studio.audit.registry import Action, Metadata


class Configured(Metadata):
    version: int
    pipelines: int
    destinations: int


class Refused(Metadata):
    code: str
    path: str
    """Where in the document."""


class Destination(Metadata):
    destination: str
    """Pipeline and exporter."""


class Held(Destination):
    code: str


class Replayed(Destination):
    events: int
    """How many are sent once more."""


class Letters(Destination):
    letters: int


CONFIGURED = Action(
    "export.configured",
    "Somebody changed where audit events are sent, and how.",
    sentence="{actor} changed the audit export: {pipelines} pipelines, version {version}",
    metadata=Configured,
    example={"version": 3, "pipelines": 2, "destinations": 3},
    severity="warning",
)
REFUSED = Action(
    "export.refused",
    "A change of the audit export was refused; what ran before goes on.",
    sentence="{actor} tried to change the audit export",
    metadata=Refused,
    example={"code": "export.private_address", "path": "exporters.webhook/siem.endpoint"},
    severity="warning",
)
TESTED = Action(
    "export.tested",
    "Somebody sent a test event to a destination.",
    sentence="{actor} sent a test event to {destination}",
    metadata=Destination,
    example={"destination": "logs/security → webhook/siem"},
    ocsf=6003,
)
PAUSED = Action(
    "export.paused",
    "Somebody stopped sending events to a destination; they wait in the trail.",
    sentence="{actor} paused the audit export to {destination}",
    metadata=Destination,
    example={"destination": "logs/security → webhook/siem"},
    severity="warning",
)
RESUMED = Action(
    "export.resumed",
    "Somebody had a destination supplied again.",
    sentence="{actor} resumed the audit export to {destination}",
    metadata=Destination,
    example={"destination": "logs/security → webhook/siem"},
    severity="notice",
)
HELD = Action(
    "export.held",
    "A destination refused Studio itself: nothing is sent until its settings are mended.",
    sentence="The audit export to {destination} is held",
    metadata=Held,
    example={"destination": "logs/security → webhook/siem", "code": "http.401"},
    severity="warning",
)
REPLAYED = Action(
    "export.replayed",
    "Somebody had events sent to a destination once more.",
    sentence="{actor} had {events} audit events sent once more to {destination}",
    metadata=Replayed,
    example={"destination": "logs/security → webhook/siem", "events": 1204},
    severity="warning",
)
LETTERS_RETRIED = Action(
    "export.letters_retried",
    "Somebody had events sent once more that a destination would not take.",
    sentence="{actor} had {letters} dead letters sent once more to {destination}",
    metadata=Letters,
    example={"destination": "logs/security → webhook/siem", "letters": 2},
    severity="notice",
)
LETTERS_DISCARDED = Action(
    "export.letters_discarded",
    "Somebody gave up on events that a destination would not take; the trail keeps them.",
    sentence="{actor} gave up on {letters} dead letters for {destination}",
    metadata=Letters,
    example={"destination": "logs/security → webhook/siem", "letters": 2},
    severity="warning",
)
