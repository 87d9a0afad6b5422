"""The same steps for each item of a list."""

from collections.abc import Mapping
from typing import Any, Literal

from studio.contract.node import Context, Expand, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.figures import separated
from studio.core.i18n import gettext as _

CEILING = 10_000


class ForEach(NodeType):
    """Run the steps inside once for each item of a list, then go on."""

    key = "flow.for_each"
    kind = Kind.FLOW
    title = "For each"
    icon = "loop"
    ports = ("each", "done")
    port_names = {"each": "for each item", "done": "when all are done"}
    is_loop = True
    sample = {"count": 2, "failed": 0, "results": [{"call": {"status": 200}}, {"call": {"status": 200}}]}
    output_schema = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "failed": {"type": "integer"},
            "results": {"type": "array", "items": {"type": "object"}},
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        items: list[Any] = help_(
            "The list. Inside, each item is called item, its number index (the first is 0).",
            title="Items",
            expression="list",
            example="trigger.order.lines",
        )
        concurrency: int = help_(
            "How many items may be under way at once. 1 keeps their order.",
            title="At once",
            default=1,
            example=1,
            ge=1,
            le=100,
        )
        max_items: int = help_(
            "A longer list fails the step before anything is done.",
            title="At most",
            default=1_000,
            example=1_000,
            ge=1,
            le=CEILING,
        )
        on_item_error: Literal["stop", "continue"] = help_(
            "When a step fails for one item: “stop” fails the run, “continue” counts it and goes on.",
            title="If an item fails",
            default="stop",
            example="continue",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        source = config.get("items")
        return source if isinstance(source, str) else ""

    def start(self, ctx: Context, config: Config) -> Expand | Fail:
        if len(config.items) > config.max_items:
            message = _(
                "The list has %(items)s items; this step takes at most %(max_items)s. Nothing was done for "
                "any of them. Raise the limit, or filter the list first.",
                items=separated(len(config.items)),
                max_items=separated(config.max_items),
            )
            return Fail("loop.too_many", message, field="config.max_items")
        return Expand(config.items, config.concurrency, config.on_item_error)
