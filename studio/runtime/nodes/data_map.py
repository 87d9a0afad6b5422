"""Another shape for each item of a list."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, help_


class MappedField(NodeConfig):
    """One field of each new item."""

    name: str = help_(
        "Later steps read it by this name.",
        title="Name",
        example="sku",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$",
    )
    value: str = help_(
        "Asked for each item; the item is called item, its number index.",
        title="Value",
        expression="any",
        deferred=True,
        example="item.variant.sku",
    )


class MapList(NodeType):
    """Make a new list with the fields you need out of each item of another."""

    key = "data.map"
    kind = Kind.DATA
    title = "Map a list"
    icon = "map"
    sample = {"items": [{"sku": "MUG-1"}], "count": 1}

    class Config(NodeConfig):
        items: list[Any] = help_(
            "The list.", title="Items", expression="list", example="trigger.order.lines", max_length=10_000
        )
        fields: list[MappedField] = help_(
            "The fields of each new item.",
            title="Fields",
            example=[{"name": "sku", "value": "item.variant.sku"}],
            min_length=1,
            max_length=50,
        )
        keep: bool = help_(
            "Start from the item's own fields instead of from nothing.",
            title="Keep other fields",
            default=False,
            example=False,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(_names(config))

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return {"items": [dict.fromkeys(_names(config))], "count": 1}

    def start(self, ctx: Context, config: Config) -> Done:
        made = [self._made(ctx, config, item, index) for index, item in enumerate(config.items)]
        return Done({"items": made, "count": len(made)}, note=f"{len(made)} items")

    def _made(self, ctx: Context, config: Config, item: Any, index: int) -> dict[str, Any]:
        new = dict(item) if config.keep and isinstance(item, dict) else {}
        for field in config.fields:
            new[field.name] = ctx.evaluate(field.value, {"item": item, "index": index})
        return new


def _names(config: Mapping[str, Any]) -> list[str]:
    fields = config.get("fields")
    rows = fields if isinstance(fields, list) else []
    return [str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name")]
