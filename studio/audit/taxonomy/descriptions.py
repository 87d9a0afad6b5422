"""API descriptions that connections act by."""

from studio.audit.registry import Action, Metadata


class Imported(Metadata):
    name: str
    """What connections name it by."""
    version: int
    operations: int
    added: int
    removed: int
    changed: int


IMPORTED = Action(
    "connector_document.imported",
    "Somebody imported an API description, or a new version of one: its operations are actions of connections now.",
    sentence="{actor} imported version {version} of the API description {target}",
    metadata=Imported,
    example={"name": "shop-api", "version": 2, "operations": 41, "added": 3, "removed": 1, "changed": 2},
    severity="notice",
)
