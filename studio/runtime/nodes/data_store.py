"""Write the workspace's small table."""

from collections.abc import Mapping
from typing import Any

import orjson

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.runtime.nodes.data_lookup import TABLE

MAX_BYTES = 65_536


class StoreValue(NodeType):
    """Store a value under a key, for later runs of any workflow to look up."""

    key = "data.store"
    kind = Kind.DATA
    effect = Effect.LOCAL
    title = "Store"
    icon = "database"
    sample = {"table": "customers", "key": "anna@example.com"}
    output_schema = {
        "type": "object",
        "properties": {"table": {"type": "string"}, "key": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        table: str = help_("All workflows of the workspace see it.", title="Table", example="customers", pattern=TABLE)
        key: str = help_(
            "What was stored under it before is replaced.",
            title="Key",
            template=True,
            example="{{ trigger.customer.email }}",
            min_length=1,
            max_length=255,
        )
        value: Any = help_(
            "Any expression; put fixed text in quotes. null removes what was there.",
            title="Value",
            expression="any",
            example="trigger.customer",
        )
        keep_s: int | None = help_(
            "After this time it is gone. Empty: it stays.",
            title="Keep for",
            default=None,
            example=2_592_000,
            widget="duration",
            ge=1,
            le=10 * 366 * 86_400,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('table') or ''}: {config.get('key') or ''}"

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        size = len(orjson.dumps(config.value, option=orjson.OPT_NON_STR_KEYS))
        if size > MAX_BYTES:
            message = _(
                "The value has %(size)s KiB; at most %(max_bytes)s KiB fit into one entry. Nothing was "
                "stored. Store only the fields that later runs need.",
                size=separated(size // 1024),
                max_bytes=MAX_BYTES // 1024,
            )
            return Fail("store.too_large", message, field="config.value")
        ctx.ports.store.put(ctx.unit, config.table, config.key, config.value, ttl_s=config.keep_s)
        return Done({"table": config.table, "key": config.key})
