"""Exports of runs: who had them written, and who took them away."""

from typing import Literal

from studio.audit.registry import Action, Metadata


class Exported(Metadata):
    format: Literal["csv", "jsonl"]
    """What is written."""
    filter: str | None = None
    """Which runs, as the address of the list says it; none: all."""


class ExportTaken(Exported):
    runs: int
    """In the file."""
    size: int
    """Bytes."""


_FAILED = {"format": "csv", "filter": "state=failed"}

RUN_EXPORT_REQUESTED = Action(
    "run_export.requested",
    "Somebody asked for runs as a file.",
    sentence="{actor} asked for runs as a file: “{target}”",
    metadata=Exported,
    example=_FAILED,
    severity="notice",
    ocsf=6003,
)
RUN_EXPORT_CANCELLED = Action(
    "run_export.cancelled",
    "Somebody stopped a file of runs while it was being written.",
    sentence="{actor} stopped the file of runs “{target}”",
    metadata=Exported,
    example=_FAILED,
)
RUN_EXPORT_TAKEN = Action(
    "run_export.taken",
    "Somebody downloaded runs as a file.",
    sentence="{actor} downloaded the file of runs “{target}”",
    metadata=ExportTaken,
    example={**_FAILED, "runs": 1200, "size": 262144},
    severity="notice",
    ocsf=6003,
)
