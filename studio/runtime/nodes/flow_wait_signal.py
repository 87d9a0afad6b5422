"""A pause until somebody says so."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, Signal, Wait, help_
from studio.core.i18n import gettext as _


class WaitSignal(NodeType):
    """Wait until another system, a person or another workflow sends a signal by its name and key."""

    key = "flow.wait_signal"
    kind = Kind.FLOW
    title = "Wait for a signal"
    icon = "signal"
    ports = ("received", "timed_out")
    port_names = {"received": "it came", "timed_out": "time ran out"}
    late_ports = {"timed_out": None}
    sample = {"received": True, "payload": {"tracking": "JD0002"}}
    output_schema = {
        "type": "object",
        "properties": {"received": {"type": "boolean"}, "payload": {}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        name: str = help_(
            "What kind of signal it is.",
            title="Signal",
            example="parcel-shipped",
            pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$",
        )
        key: str = help_(
            "Tells this run's signal from others of the same name.",
            title="Key",
            template=True,
            example="{{ trigger.order.id }}",
            min_length=1,
            max_length=160,
        )
        timeout_s: int | None = help_(
            "Then the run goes on behind “time ran out”. Empty: it waits as long as the run may take.",
            title="At most",
            default=None,
            example=604_800,
            widget="duration",
            ge=1,
            le=366 * 86_400,
        )

    @classmethod
    def late_ports_of(cls, config: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Without a longest time it waits as long as the run may take."""
        return cls.late_ports if config.get("timeout_s") else {}

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('name') or ''} {config.get('key') or ''}".strip()

    def start(self, ctx: Context, config: Config) -> Wait:
        due = ctx.now + timedelta(seconds=config.timeout_s) if config.timeout_s is not None else None
        note = _("Waits for the signal %(name)s with the key %(key)s", name=config.name, key=config.key)
        detail = {"match": match(config.name, config.key), "name": config.name, "key": config.key}
        return Wait(ctx.new_wait(), "signal", due, note=note, detail=detail)

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        if signal.kind == "due":
            return Done(
                {"received": False, "payload": None}, port="timed_out", note=_("The signal did not come in time")
            )
        return Done({"received": True, "payload": signal.payload}, port="received", note=_("The signal came"))


def match(name: str, key: str) -> str:
    """What a sender's name and key must make for the wait to hear it."""
    return f"{name}:{key}"
