"""Several branches become one."""

from collections.abc import Mapping
from typing import Any, Literal

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import ngettext


class Join(NodeType):
    """Wait for branches that run side by side, then go on once."""

    key = "flow.join"
    kind = Kind.FLOW
    title = "Join"
    icon = "join"
    ports = ("next", "missed")
    port_names = {"next": "together", "missed": "too few came"}
    is_join = True
    sample = {"complete": True}
    output_schema = {
        "type": "object",
        "properties": {"complete": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        mode: Literal["all", "any", "count"] = help_(
            "“all” waits for every branch that was taken, “any” goes on with the first, “count” with so many.",
            title="Wait for",
            default="all",
            example="all",
        )
        count: int = help_(
            "How many branches must arrive. When fewer can still come, the run goes on behind “too few came”.",
            title="Branches",
            default=2,
            example=2,
            show_if={"mode": "count"},
            ge=1,
            le=1_000,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        mode = config.get("mode", "all")
        return f"{config.get('count', 2)} branches" if mode == "count" else f"{str(mode).capitalize()} branches"

    def start(self, ctx: Context, config: Config) -> Done:
        if ctx.missed:
            count = config.count
            said = ngettext(
                "Fewer than %(count)s branch arrived", "Fewer than %(count)s branches arrived", count, count=count
            )
            return Done({"complete": False}, port="missed", note=said)
        return Done({"complete": True})
