"""So many in so long, and no more."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, Signal, Wait, help_
from studio.contract.spans import in_words, length_field
from studio.core.i18n import gettext as _
from studio.runtime.alike import hashed, key_field, place_of

LONGEST_S = 366 * 86_400
LONGEST_PERIOD_S = 31 * 86_400


class Throttle(NodeType):
    """Let through at most so many runs in a period, evenly spaced. The others wait for their turn at no cost."""

    key = "flow.throttle"
    kind = Kind.FLOW
    effect = Effect.LOCAL
    title = "Throttle"
    icon = "throttle"
    port_names = {"over": "too many"}
    sample = {"waited": True}
    output_schema = {
        "type": "object",
        "properties": {"waited": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        limit: int = help_("How many runs.", title="At most", default=10, example=10, ge=1, le=100_000)
        per_s: float = length_field(
            "In how long. A document holds it in seconds.", title="In", default=60, longest_s=LONGEST_PERIOD_S
        )
        burst: int = help_(
            "How many may come one right after the other when it was quiet before. 1: all evenly spaced.",
            title="At once",
            default=1,
            example=1,
            ge=1,
            le=100_000,
        )
        key: str = key_field(
            "Counts runs with the same key by themselves, such as one shop's. Empty: all runs together."
        )
        over: Literal["wait", "leave"] = help_(
            "“wait”: a run that is too many waits for its turn. “leave”: it goes on at once by “too many”.",
            title="Those that are too many",
            default="wait",
            example="wait",
        )

    @classmethod
    def ports_of(cls, config: Mapping[str, Any]) -> tuple[str, ...]:
        return ("next", "over") if config.get("over") == "leave" else ("next",)

    @classmethod
    def port_names_of(cls, config: Mapping[str, Any]) -> Mapping[str, str]:
        return cls.port_names if config.get("over") == "leave" else {}

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        limit, per_s = config.get("limit", 10), config.get("per_s", 60)
        return _("%(limit)s in %(time)s", limit=limit, time=in_words(per_s)) if isinstance(per_s, int | float) else ""

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        waits = config.over == "wait"
        at = ctx.ports.turns.slot(
            ctx.unit, place_of(ctx, "throttle"), hashed(config.key),
            limit=config.limit, per_s=config.per_s, burst=config.burst, now=ctx.now, take=waits,
        )  # fmt: skip
        if at <= ctx.now:
            return Done({"waited": False})
        if not waits:
            return Done({"waited": False}, port="over", note=_("Too many: it went on at once"))
        if at - ctx.now > timedelta(seconds=LONGEST_S):
            return Fail("throttle.too_far", _("So many wait already that its turn would come in more than a year."))
        return Wait(ctx.new_wait(), "turn", at, note=_("Waits for its turn"))

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        return Done({"waited": True})
