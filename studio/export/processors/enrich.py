"""Add fixed facts, such as the environment's name."""

from pydantic import Field

from studio.export.components import Processor, Settings
from studio.export.records import Record


class EnrichSettings(Settings):
    """What is added."""

    fields: dict[str, str | int | bool] = Field(min_length=1, max_length=50)


class Enrich(Processor[EnrichSettings]):
    """Adds fields at the top of the event, under `labels`: nothing that was recorded is overwritten."""

    kind = "enrich"
    model = EnrichSettings

    def process(self, record: Record) -> Record:
        """Add them."""
        return record.with_body({**record.body, "labels": {**(record.body.get("labels") or {}), **self.config.fields}})
