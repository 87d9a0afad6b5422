"""Two ways on."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, help_


class If(NodeType):
    """Go one way or the other, by a yes-or-no question about the data."""

    key = "condition.if"
    kind = Kind.CONDITION
    title = "If"
    icon = "branch"
    ports = ("true", "false")
    port_names = {"true": "yes", "false": "no"}
    sample = {"result": True}
    output_schema = {
        "type": "object",
        "properties": {"result": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        condition: bool = help_(
            "Where this is true, the run goes on behind “yes”, otherwise behind “no”.",
            title="Condition",
            expression="bool",
            widget="conditions",
            example="trigger.order.total > 400.0",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("condition") or "")

    def start(self, ctx: Context, config: Config) -> Done:
        return Done({"result": config.condition}, port="true" if config.condition else "false")
