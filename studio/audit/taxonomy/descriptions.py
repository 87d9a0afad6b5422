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


class Deleted(Metadata):
    name: str
    """What connections named it by."""
    version: int
    """The newest one."""
    operations: int


IMPORTED = Action(
    "connector_document.imported",
    "Somebody imported an API description, or a new version of one: its operations are actions of connections now.",
    sentence="{actor} imported version {version} of the API description {target}",
    metadata=Imported,
    example={"name": "shop-api", "version": 2, "operations": 41, "added": 3, "removed": 1, "changed": 2},
    severity="notice",
)
DELETED = Action(
    "connector_document.deleted",
    "Somebody deleted an API description with all its versions; no connection acted by it any more.",
    sentence="{actor} deleted the API description {target}",
    metadata=Deleted,
    example={"name": "shop-api", "version": 2, "operations": 41},
    severity="notice",
)
