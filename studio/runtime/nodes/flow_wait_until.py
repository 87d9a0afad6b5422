"""A pause up to a moment."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, Signal, Wait, help_
from studio.core.i18n import gettext as _
from studio.runtime.zones import moment, zone

FARTHEST = timedelta(days=366)


class WaitUntil(NodeType):
    """Wait until a date and time that the data names. A moment that has passed is not waited for."""

    key = "flow.wait_until"
    kind = Kind.FLOW
    title = "Wait until"
    icon = "hourglass"
    sample = {"until": "2026-03-31T07:00:00+00:00", "waited": True}
    output_schema = {
        "type": "object",
        "properties": {"until": {"type": "string"}, "waited": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        until: str = help_(
            "A date, or a date and time.",
            title="Until",
            template=True,
            example="{{ trigger.order.deliver_on }}",
            min_length=1,
            max_length=100,
        )
        time_zone: str = help_(
            "For dates that do not name one. Empty: the workspace's.",
            title="Time zone",
            default="",
            example="Europe/Berlin",
            max_length=60,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("until") or "")

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        try:
            here = zone(config.time_zone or ctx.run.time_zone)
            due = moment(config.until, here)
        except ValueError as error:
            return Fail("date.unreadable", _("%(error)s The run did not wait.", error=error), field="config.until")
        if due <= ctx.now:
            return Done({"until": due.astimezone(UTC).isoformat(), "waited": False}, note=_("That moment had passed"))
        if due - ctx.now > FARTHEST:
            message = _(
                "%(due)s is more than %(days)s days away. The run did not wait.",
                due=f"{due:%Y-%m-%d}",
                days=FARTHEST.days,
            )
            return Fail("date.too_far", message, field="config.until")
        note = _("Waits until %(due)s (%(due_2)s)", due=f"{due:%Y-%m-%d %H:%M}", due_2=due.tzname())
        return Wait(ctx.new_wait(), "timer", due, note=note, detail={"until": due.astimezone(UTC).isoformat()})

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        return Done({"until": ctx.now.isoformat(), "waited": True})
