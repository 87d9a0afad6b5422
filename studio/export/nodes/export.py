"""An event that has arrived before the run goes on."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeType, Signal, Wait, help_
from studio.contract.references import Reference
from studio.core import ids
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.export.nodes import told
from studio.export.nodes.told import EventFields
from studio.export.outcomes import State
from studio.export.service import naming, waiting


class ExportEvent(NodeType):
    """Write an event into the audit trail and wait until a destination has it: the run goes on with its receipt.

    The trail keeps the event, whatever becomes of it; waiting costs nothing.
    """

    key = "audit.export"
    kind = Kind.AUDIT
    effect = Effect.LOCAL
    title = "Send an event and wait"
    icon = "upload"
    ports = ("delivered", "rejected", "timed_out")
    port_names: ClassVar[Mapping[str, str]] = {
        "delivered": "it has it",
        "rejected": "not taken",
        "timed_out": "time ran out",
    }
    late_ports: ClassVar[Mapping[str, str | None]] = {"timed_out": "rejected"}
    sample: ClassVar[Any] = {
        "outcome": "delivered", "event_id": "019a0000-0000-7000-8000-000000000003", "seq": 4_711,
        "destination": "logs/all → webhook/siem", "code": "", "said": "",
    }  # fmt: skip
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            "event_id": {"type": "string"},
            "seq": {"type": ["integer", "null"]},
            "destination": {"type": "string"},
            "code": {"type": "string"},
            "said": {"type": "string"},
        },
        "additionalProperties": False,
    }

    class Config(EventFields):
        """What is sent, where, and for how long the run waits."""

        destination: str = help_(
            "An exporter of the audit export, such as webhook/siem; where several pipelines share it, “pipeline → "
            "exporter”. Its pipeline's processors apply.",
            title="Destination",
            example="webhook/siem",
            min_length=1,
            max_length=170,
        )
        timeout_s: int = help_(
            "Then the run goes on behind “time ran out”; the event stays on its way. A document holds it in seconds.",
            title="Wait at most",
            default=3_600,
            example=3_600,
            widget="duration",
            ge=1,
            le=31 * 86_400,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """What goes where."""
        return " → ".join(str(config.get(name) or "") for name in ("name", "destination") if config.get(name))

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """The destination."""
        named = config.get("destination")
        if isinstance(named, str) and named:
            yield Reference("config.destination", naming.KIND, named)

    def start(self, ctx: Context, config: Config) -> Wait | Fail:
        """Record it and begin to wait; nothing is recorded where its queue is full or there is no such destination."""
        event_id = ids.new_id()
        try:
            row = waiting.begin(ctx.unit, config.destination, ctx.new_wait(), ctx.run.id, event_id)
            told.write(ctx, config, event_id)
        except StudioError as error:
            full = isinstance(error, waiting.QueueFull)
            field = f"config.{(error.field or 'destination').removeprefix('config.')}"
            return Fail(error.code, error.message, field=field, retryable=full)
        name = naming.name_of(row)
        note = _("Waits until %(name)s has the event", name=name)
        if row.state in (State.PAUSED, State.HELD):
            note = _("Waits for %(name)s, to which nothing is sent at present", name=name)
        due = ctx.now + timedelta(seconds=config.timeout_s)
        return Wait(ctx.new_wait(), waiting.KIND, due, note, {"event_id": str(event_id), "destination": name})

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done:
        """It has arrived, was not taken, or the time has run out."""
        heard = waiting.timed_out(ctx.unit, ctx.waited) if signal.kind == "due" else dict(signal.payload)
        outcome = str(heard["outcome"])
        words = {
            "delivered": _("The destination has the event"),
            "rejected": _("The destination does not get the event: %(said)s", said=heard["said"]),
            "timed_out": _("The destination did not confirm in time"),
        }
        return Done({"destination": config.destination, **heard}, port=outcome, note=words[outcome])
