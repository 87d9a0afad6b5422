"""The bad end."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Fail, Kind, NodeConfig, NodeType, help_


class FailRun(NodeType):
    """End the whole run here as failed. Its owner is told, and it can be run again."""

    key = "flow.fail"
    kind = Kind.FLOW
    title = "Fail"
    icon = "fail"
    ports = ()

    class Config(NodeConfig):
        message: str = help_(
            "What happened, and what to do about it.",
            title="Message",
            template=True,
            widget="textarea",
            example="Order {{ trigger.order.id }} has no address. Add one, then run this again.",
            min_length=1,
            max_length=2_000,
        )
        code: str = help_(
            "For filters and other systems.",
            title="Code",
            default="workflow.failed",
            example="order.no_address",
            pattern=r"^[a-z][a-z0-9_.]{0,59}$",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("message") or "")

    def start(self, ctx: Context, config: Config) -> Fail:
        return Fail(config.code, config.message, ends_run=True)
