"""Keep a share of the events that matter little."""

import hashlib
from typing import Literal

from pydantic import Field

from studio.export.components import Processor, Settings
from studio.export.records import Record

_WEIGHT = ("info", "notice", "warning", "critical")


class SampleSettings(Settings):
    """How many stay."""

    percentage: float = Field(ge=0, le=100)
    below: Literal["notice", "warning", "critical"] = "notice"
    """Events of this weight and above always stay."""


class Sample(Processor[SampleSettings]):
    """The same event always stays or always goes, whoever asks and how often: its id decides."""

    kind = "sample"
    model = SampleSettings

    def process(self, record: Record) -> Record | None:
        """Draw."""
        if _WEIGHT.index(record.severity) >= _WEIGHT.index(self.config.below):
            return record
        drawn = int.from_bytes(hashlib.sha256(record.id.bytes).digest()[:4], "big") % 10_000
        return record if drawn < self.config.percentage * 100 else None
