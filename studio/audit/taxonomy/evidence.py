"""Evidence packs: who had proof put together, and who took it away."""

from typing import Literal

from studio.audit.registry import Action, Metadata


class Pack(Metadata):
    kind: Literal["run", "approval", "period"]
    """What it is of."""
    since: str | None = None
    """Of a period, RFC 3339."""
    until: str | None = None
    """Not included."""
    filters: str | None = None
    """Of a period, as they stood on the page."""


class Taken(Pack):
    sha256: str
    """Of the archive."""
    size: int
    """Bytes."""


_PERIOD = {"kind": "period", "since": "2026-10-01T00:00:00.000000Z", "until": "2026-11-01T00:00:00.000000Z"}

EVIDENCE_REQUESTED = Action(
    "evidence.requested",
    "Somebody asked for an evidence pack of a run, an approval or a period.",
    sentence="{actor} asked for an evidence pack: “{target}”",
    metadata=Pack,
    example=_PERIOD,
    severity="notice",
    ocsf=6003,
)
EVIDENCE_CANCELLED = Action(
    "evidence.cancelled",
    "Somebody stopped an evidence pack while it was being made.",
    sentence="{actor} stopped the evidence pack “{target}”",
    metadata=Pack,
    example=_PERIOD,
)
EVIDENCE_EXPORTED = Action(
    "evidence.exported",
    "Somebody downloaded an evidence pack.",
    sentence="{actor} downloaded the evidence pack “{target}”",
    metadata=Taken,
    example={**_PERIOD, "sha256": "0" * 64, "size": 1048576},
    severity="notice",
    ocsf=6003,
)
