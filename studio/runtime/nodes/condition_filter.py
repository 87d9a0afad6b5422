"""Only some items of a list."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _


class Filter(NodeType):
    """Keep the items of a list that answer yes to a question."""

    key = "condition.filter"
    kind = Kind.CONDITION
    title = "Filter a list"
    icon = "filter"
    ports = ("next", "empty")
    port_names = {"next": "some are left", "empty": "none are left"}
    sample = {"items": [{"sku": "MUG-1", "quantity": 3}], "count": 1, "dropped": 2}
    output_schema = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": {}},
            "count": {"type": "integer"},
            "dropped": {"type": "integer"},
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        items: list[Any] = help_(
            "The list.", title="Items", expression="list", example="trigger.order.lines", max_length=10_000
        )
        condition: str = help_(
            "Asked for each item; the item is called item, its number index.",
            title="Keep where",
            expression="bool",
            deferred=True,
            widget="conditions",
            example="item.quantity > 2",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("condition") or "")

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        kept = []
        for index, item in enumerate(config.items):
            answer = ctx.evaluate(config.condition, {"item": item, "index": index})
            if answer is True:
                kept.append(item)
            elif answer is not False:
                message = _(
                    "For item %(index)s the condition gave neither yes nor no. Nothing was filtered.", index=index + 1
                )
                return Fail("config.type", message, field="config.condition")
        output = {"items": kept, "count": len(kept), "dropped": len(config.items) - len(kept)}
        return Done(
            output,
            port="next" if kept else "empty",
            note=_("%(kept)s of %(items)s kept", kept=len(kept), items=len(config.items)),
        )
