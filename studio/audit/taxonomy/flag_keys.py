"""Keys by which programs ask for flags."""

from studio.audit.registry import Action, Metadata


class OfKey(Metadata):
    environment: str
    kind: str
    """`server` or `frontend`."""


_EXAMPLE = {"environment": "production", "kind": "server"}

CREATED = Action(
    "flag_key.created",
    "A key was made by which a program reads the flags of one environment.",
    sentence="{actor} made the flag key “{target}” for {environment}",
    metadata=OfKey,
    example=_EXAMPLE,
    severity="notice",
)
REVOKED = Action(
    "flag_key.revoked",
    "A program's key was ended.",
    sentence="{actor} revoked the flag key “{target}” of {environment}",
    metadata=OfKey,
    example=_EXAMPLE,
    severity="notice",
)
