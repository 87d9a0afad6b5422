"""The last of many."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from studio.contract.node import Context, Done, Effect, Kind, NodeConfig, NodeType, Signal, Wait
from studio.contract.spans import in_words, length_field
from studio.core.i18n import gettext as _
from studio.runtime.alike import hashed, key_field, place_of

LONGEST_S = 31 * 86_400


class Debounce(NodeType):
    """Wait until no other run with the same key has come for a while; only the last one goes on."""

    key = "flow.debounce"
    kind = Kind.FLOW
    effect = Effect.LOCAL
    title = "Only the last one"
    icon = "debounce"
    ports = ("next", "superseded")
    port_names = {"next": "the last one", "superseded": "another came"}
    sample = {"last": True}
    output_schema = {
        "type": "object",
        "properties": {"last": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        key: str = key_field(
            "Which runs count as the same, such as an order's number. Empty: all runs of this workflow."
        )
        quiet_s: float = length_field(
            "So long nothing must come. A document holds it in seconds.",
            title="Quiet for",
            default=60,
            longest_s=LONGEST_S,
        )
        longest_s: float = length_field(
            "Where they never stop coming: so long after the first of them one goes on all the same.",
            title="At the latest after",
            default=3_600,
            longest_s=LONGEST_S,
        )

        @model_validator(mode="after")
        def _bounded(self) -> Self:
            if self.longest_s < self.quiet_s:
                raise ValueError(_("“At the latest after” must not be shorter than “Quiet for”."))
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        quiet_s, key = config.get("quiet_s", 60), config.get("key")
        words = in_words(quiet_s) if isinstance(quiet_s, int | float) else ""
        return " · ".join(part for part in (words, key if isinstance(key, str) else "") if part)

    def start(self, ctx: Context, config: Config) -> Wait:
        due, before = ctx.ports.turns.arrive(
            ctx.unit, place_of(ctx, "last"), hashed(config.key), ctx.run.id, ctx.new_wait(),
            quiet_s=config.quiet_s, longest_s=config.longest_s, now=ctx.now,
        )  # fmt: skip
        if before is not None:  # one whose time has come was the last of its own burst
            said = {"goes_on": before.due_at <= ctx.now}
            ctx.ports.waits.resolve(ctx.unit, before.wait_id, before.run_id, said)
        return Wait(ctx.new_wait(), "quiet", due, note=_("Waits to see whether another one comes"))

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        if signal.kind == "resolved":
            goes_on = signal.payload["goes_on"]
        else:
            goes_on = ctx.ports.turns.leave(ctx.unit, place_of(ctx, "last"), hashed(config.key), ctx.waited)
        if goes_on:
            return Done({"last": True}, note=_("No other came"))
        return Done({"last": False}, port="superseded", note=_("Another one came"))
