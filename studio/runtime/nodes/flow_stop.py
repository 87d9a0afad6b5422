"""The good end."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, help_


class Stop(NodeType):
    """End the whole run here as done. Branches that still wait are cancelled."""

    key = "flow.stop"
    kind = Kind.FLOW
    title = "Stop"
    icon = "stop"
    ports = ()
    sample = {"reason": "Nothing to do"}
    output_schema = {
        "type": "object",
        "properties": {"reason": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        reason: str = help_(
            "Shown on the run's page.",
            title="Reason",
            default="",
            example="The order was cancelled before",
            template=True,
            max_length=500,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("reason") or "")

    def start(self, ctx: Context, config: Config) -> Done:
        return Done({"reason": config.reason}, note=config.reason or None, ends_run=True)
