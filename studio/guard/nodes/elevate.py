"""A step that asks for a role for somebody, for a time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Literal

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, Signal, Wait, help_
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _
from studio.guard.elevation import rows, running
from studio.guard.elevation.policy import TEXT, TICKET, Wish
from studio.guard.models import GuardElevation


class Elevate(NodeType):
    """Ask for a role for a person, for a time, and wait until that is granted or declined.

    The person has to be eligible for the role, and whoever their eligibility names has to agree, as where they ask for
    themselves. It gives them nothing by itself: they start it in their browser, and it ends by itself.
    """

    key = "guard.elevate"
    kind = Kind.GUARD
    effect = Effect.LOCAL
    title = "Elevate a person"
    icon = "shield"
    patient = True
    ports = ("granted", "declined")
    port_names = {"granted": "granted", "declined": "declined"}
    sample: ClassVar[Any] = {
        "outcome": "granted",
        "elevation_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11",
        "person": "Sofia Brandt",
        "role": "admin",
        "reason": "",
    }
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in sample},
    }

    class Config(NodeConfig):
        """Who, as what, for how long, and why."""

        person: str = help_(
            "Their e-mail address; an admin has to have made them eligible for the role.",
            title="Person",
            template=True,
            example="sofia@example.com",
            min_length=1,
            max_length=254,
        )
        role: Literal["owner", "admin", "builder", "auditor", "approver"] = help_(
            "What they may act as for that time.",
            title="Role",
            default="admin",
            example="admin",
        )
        duration_s: int = help_(
            "From 15 minutes to 24 hours, and never longer than they are eligible for. It counts from when they start "
            "it in their browser.",
            title="For",
            default=3_600,
            example=3_600,
            widget="duration",
            ge=900,
            le=86_400,
        )
        justification: str = help_(
            "Whoever has to agree reads it, and it stays in the audit trail.",
            title="What for",
            template=True,
            example="Restore the payout export for order {{ trigger.name }}",
            min_length=1,
            max_length=TEXT,
        )
        ticket: str = help_(
            "Where the terms of the role ask for one.",
            title="Ticket",
            template=True,
            default="",
            example="{{ trigger.name }}",
            max_length=TICKET,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Whom."""
        return str(config.get("person") or "")

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Ask for it; where nobody has to agree it is granted at once."""
        wish = Wish(timedelta(seconds=config.duration_s), config.justification, config.ticket)
        try:
            row = running.ask(ctx, config.person, config.role, wish, ctx.new_wait())
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)
        if row.request_id is None:
            return _done("granted", row, _("Nobody has to agree"))
        note = _("Waiting for a decision about elevated access for %(name)s", name=row.user_name)
        detail = {"elevation_id": str(row.id), "request_id": str(row.request_id)}
        return Wait(ctx.new_wait(), running.WAIT, note=note, detail=detail)

    def resume(self, ctx: Context, _config: Config, signal: Signal) -> Done:
        """Go on behind what was said."""
        answer = signal.payload if isinstance(signal.payload, dict) else {}
        row = running.at(ctx.unit, ctx.waited)
        said = {"granted": _("Granted"), "declined": _("Declined")}
        port = "granted" if answer.get("outcome") == rows.GRANTED else "declined"
        return _done(port, row, said[port])


def _done(port: str, row: GuardElevation, note: str) -> Done:
    output = {
        "outcome": port, "elevation_id": str(row.id), "person": row.user_name, "role": row.role, "reason": row.reason,
    }  # fmt: skip
    return Done(output, port=port, note=note)
