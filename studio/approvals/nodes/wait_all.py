"""Wait for all that a run has asked without waiting."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import ngettext

from studio.approvals import answers
from studio.contract.approving import ApprovalGather
from studio.contract.node import (
    Context,
    Done,
    Effect,
    Fail,
    Kind,
    NodeConfig,
    NodeType,
    Signal,
    Wait,
    help_,
)
from studio.core.errors import StudioError

_ONE = {
    "title": "Refund €420.00", "outcome": "approved", "by": "Jonas Weber", "by_email": "jonas@example.com",
    "at": "2026-03-02T10:15:00+00:00", "comment": "Photo checked.",
    "request_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11", "version": 1, "facts": {"Order": "6021"}, "amount": "420.00",
}  # fmt: skip
_COUNTS = ("count", "approved", "declined", "other", "expired", "cancelled")


class WaitForAll(NodeType):
    """Wait until everything has been answered that the run has asked without waiting; then go on once."""

    key = "approval.wait_all"
    kind = Kind.APPROVAL
    effect = Effect.LOCAL
    patient = True
    title = "Wait for all answers"
    icon = "approval"
    ports = ("approved", "declined", "expired", "cancelled")
    port_names: ClassVar[Mapping[str, str]] = {
        "approved": "all approved",
        "declined": "not all approved",
        "expired": "expired",
        "cancelled": "taken back",
    }
    sample: ClassVar[Any] = answers.summed_up([_ONE])
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "outcome": {"type": "string"},
            **{name: {"type": "integer"} for name in _COUNTS},
            "answers": {"type": "array", "items": {"type": "object"}},
        },
    }

    class Config(NodeConfig):
        """Which requests."""

        requests: list[Any] = help_(
            "The request_id of each step to wait for; empty: all that this run has asked without waiting, "
            "within a loop those of its item",
            default=[],
            expression="list",
            example="[steps.ask.request_id]",
            title="Only these",
        )

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Wait, unless everybody has answered already."""
        run = ctx.run
        wanted = ApprovalGather(ctx.new_wait(), run.id, run.workflow_id, ctx.path, config.requests or None)
        try:
            found = ctx.ports.approvals.gather(ctx.unit, wanted)
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)
        if found is not None:
            return _done(found)
        return Wait(ctx.new_wait(), kind="approval", note=_("Waiting for all answers"))

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Fail:
        """The last one has ended."""
        del ctx, config
        return _done(signal.payload)


def _done(found: Mapping[str, Any]) -> Done:
    count, approved = found["count"], found["approved"]
    said = ngettext("%(approved)s of %(num)d request approved", "%(approved)s of %(num)d requests approved",
                    count, approved=approved)  # fmt: skip
    return Done(dict(found), port=found["outcome"], note=said)
