"""Read the workspace's small table."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Kind, NodeConfig, NodeType, help_

TABLE = r"^[A-Za-z][A-Za-z0-9 _-]{0,59}$"
"""Names of people's own tables; Studio's have a colon."""


class Lookup(NodeType):
    """Look up what an earlier run has stored under a key."""

    key = "data.lookup"
    kind = Kind.DATA
    effect = Effect.LOCAL
    title = "Look up"
    icon = "search"
    ports = ("found", "missing")
    port_names = {"found": "found", "missing": "not there"}
    sample = {"found": True, "value": {"tier": "gold"}}
    output_schema = {
        "type": "object",
        "properties": {"found": {"type": "boolean"}, "value": {}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        table: str = help_("All workflows of the workspace see it.", title="Table", example="customers", pattern=TABLE)
        key: str = help_(
            "Under which it was stored.",
            title="Key",
            template=True,
            example="{{ trigger.customer.email }}",
            min_length=1,
            max_length=255,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('table') or ''}: {config.get('key') or ''}"

    def start(self, ctx: Context, config: Config) -> Done:
        value = ctx.ports.store.get(ctx.unit, config.table, config.key)
        found = value is not None
        return Done({"found": found, "value": value}, port="found" if found else "missing")
