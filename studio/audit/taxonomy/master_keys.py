"""The installation's master keys. Each workspace's trail tells of them: its secrets lie under them."""

from studio.audit.registry import Action, Metadata


class Version(Metadata):
    version: int
    policy: str | None = None
    """Policies that stood before it and were passed by, by name; the event's reason says why."""


class Rewrapped(Metadata):
    version: int
    records: int
    table: str
    shared: bool = False
    """They belong to the installation, not to this workspace alone."""


ADDED = Action(
    "master_key.added",
    "A newer master key was added; secrets are sealed under it from then on. Earlier keys still open theirs.",
    sentence="{actor} added master key {version}",
    metadata=Version,
    example={"version": 2},
    severity="warning",
    ocsf=6003,
)
REWRAPPED = Action(
    "master_key.rewrapped",
    "Sealed records were put under another master key. What they hold was not touched.",
    sentence="{actor} put {records} sealed records under master key {version}",
    metadata=Rewrapped,
    example={"version": 2, "records": 120, "table": "secret"},
    severity="notice",
    ocsf=6003,
)
RETIRED = Action(
    "master_key.retired",
    "A master key under which nothing was sealed any more was taken away.",
    sentence="{actor} retired master key {version}",
    metadata=Version,
    example={"version": 1},
    severity="warning",
    ocsf=6003,
)
