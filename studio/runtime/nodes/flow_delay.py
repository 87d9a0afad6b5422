"""A pause."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, Signal, Wait
from studio.contract.spans import in_words, length_field
from studio.core.i18n import gettext as _

LONGEST_S = 366 * 86_400


class Delay(NodeType):
    """Wait for a while. A waiting run costs nothing."""

    key = "flow.delay"
    kind = Kind.FLOW
    title = "Delay"
    icon = "delay"
    sample = {"waited_s": 172_800}
    output_schema = {
        "type": "object",
        "properties": {"waited_s": {"type": "number"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        seconds: float = length_field(
            "How long. A document holds it in seconds.",
            title="Wait",
            default=3_600,
            longest_s=LONGEST_S,
            example=172_800,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        seconds = config.get("seconds", 3_600)
        return in_words(seconds) if isinstance(seconds, int | float) else str(seconds)

    def start(self, ctx: Context, config: Config) -> Wait:
        due = ctx.now + timedelta(seconds=config.seconds)
        return Wait(ctx.new_wait(), "timer", due, note=_("Waits %(seconds)s", seconds=in_words(config.seconds)))

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        return Done({"waited_s": config.seconds})
