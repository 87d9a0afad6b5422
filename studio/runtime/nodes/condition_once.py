"""The first time only."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.runtime.alike import hashed, place_of


class Once(NodeType):
    """Let the first run with a key go one way, and every later one the other."""

    key = "condition.once"
    kind = Kind.CONDITION
    effect = Effect.LOCAL
    title = "Only once"
    icon = "once"
    ports = ("first", "seen")
    port_names = {"first": "first time", "seen": "seen before"}
    sample = {"first": True, "key": "6021"}
    output_schema = {
        "type": "object",
        "properties": {"first": {"type": "boolean"}, "key": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        key: str = help_(
            "What must not come twice, such as an order's number.",
            title="Key",
            template=True,
            example="{{ trigger.order.id }}",
            min_length=1,
            max_length=2_000,
        )
        within_s: int | None = help_(
            "After this time the key counts as new. Empty: never.",
            title="Within",
            default=None,
            example=86_400,
            widget="duration",
            ge=1,
            le=10 * 366 * 86_400,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("key") or "")

    def start(self, ctx: Context, config: Config) -> Done:
        by = f"{ctx.run.id}:{ctx.node}:{ctx.path}"
        first = ctx.ports.store.first(ctx.unit, place_of(ctx, "once"), hashed(config.key), ttl_s=config.within_s, by=by)
        note = _("First time") if first else _("Seen before")
        return Done({"first": first, "key": config.key}, port="first" if first else "seen", note=note)
