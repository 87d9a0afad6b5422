"""An event of the workspace's own in the audit trail."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeType
from studio.core.errors import InvalidInput
from studio.export.nodes import told
from studio.export.nodes.told import EventFields


class RecordEvent(NodeType):
    """Write an event of your own into the audit trail, in one transaction with the step; it cannot be changed later."""

    key = "audit.record"
    kind = Kind.AUDIT
    effect = Effect.LOCAL
    title = "Record an event"
    icon = "audit"
    sample: ClassVar[Any] = {"action": "custom.stock_written_off", "about": "Order 6021", "severity": "info"}
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("action", "about", "severity")},
        "additionalProperties": False,
    }

    class Config(EventFields):
        """What is recorded."""

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """What it is called."""
        return str(config.get("name") or "")

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """Write it."""
        try:
            return Done(told.write(ctx, config), note=told.said(config))
        except InvalidInput as error:
            return Fail(error.code, error.message, field=error.field)
