"""Tell an event as CloudEvents 1.0 does."""

from studio.export.components import Processor, Settings
from studio.export.records import Record


class CloudEventsSettings(Settings):
    """Who says it."""

    source: str = "studio"
    """The beginning of `source`; the workspace follows."""


class CloudEvents(Processor[CloudEventsSettings]):
    """The event becomes `data`; a destination tells repeats by `source` and `id`."""

    kind = "cloudevents"
    model = CloudEventsSettings

    def process(self, record: Record) -> Record:
        """Wrap it."""
        body = {
            "specversion": "1.0",
            "id": str(record.id),
            "source": f"{self.config.source}/workspaces/{record.workspace_id}",
            "type": f"studio.audit.{record.action}",
            "time": record.occurred_at.isoformat(),
            "datacontenttype": "application/json",
            "sequence": f"{record.seq:020d}",
            "data": record.body,
        }
        return record.with_body(body, "cloudevents")
