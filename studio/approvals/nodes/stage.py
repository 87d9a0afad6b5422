"""Ask further people about a request that this run has asked before."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from flask_babel import gettext as _
from pydantic import ValidationInfo, field_validator

from studio.approvals import deadlines
from studio.approvals.deadlines import deadline
from studio.approvals.nodes import deciders
from studio.approvals.nodes.deciders import COUNTED, HowMany, MoreDeciders, counted
from studio.approvals.nodes.fields.staged import Staged
from studio.approvals.nodes.fields.timed import Timed
from studio.approvals.nodes.request import ApprovalRequest, note
from studio.approvals.outcomes import Outcome
from studio.contract.approving import ApprovalFurther
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
from studio.contract.references import Reference
from studio.core.errors import StudioError


class Further(NodeConfig):
    """Which request, and who is asked now."""

    request: str = help_(
        "The request_id of the step that asked; “Further stages may follow” is turned on there",
        expression="string",
        example="steps.ask.request_id",
        title="Request",
    )
    name: str = help_("What people read, such as Finance; may be empty", default="", max_length=60, title="Name")
    approvers: list[str] = help_(
        "People, groups, or schedules of who is on call, who decide now",
        widget="people",
        example=["group:Finance"],
        min_length=1,
        max_length=50,
    )
    need: HowMany = help_("How many of them have to agree", title="Needed", default=HowMany.ANY)
    number: int | None = help_(
        "How many, or how many per cent; per cent are rounded up",
        default=None,
        title="Number",
        show_if={"need": [one.value for one in COUNTED]},
        ge=1,
        le=100,
        validate_default=True,
    )
    also: list[MoreDeciders] = help_(
        "Others who have to agree as well: at the same time, or afterwards",
        default=[],
        max_length=9,
        title="Who else has to agree",
    )
    declines: int = help_("How many declines decline it", title="Declines needed", default=1, ge=1, le=50)

    @field_validator("number")
    @classmethod
    def _number_given(cls, number: int | None, info: ValidationInfo) -> int | None:
        return counted(number, info)


class FurtherStage(NodeType):
    """Ask further people about a request that this run has asked before: it stays one, with one history.

    It can be asked once those who were asked before have agreed; what they have said stands.
    """

    key = "approval.stage"
    kind = Kind.APPROVAL
    effect = Effect.LOCAL
    patient = True
    title = "Further stage"
    icon = "approval"
    ports = ("approved", "declined", "changes_requested", "responded", "expired", "cancelled")
    port_names: ClassVar[Mapping[str, str]] = {
        "approved": "approved",
        "declined": "declined",
        "changes_requested": "changes requested",
        "expired": "expired",
        "responded": "another answer",
        "cancelled": "taken back",
    }
    late_ports: ClassVar[Mapping[str, str | None]] = {"expired": "declined"}
    sample = ApprovalRequest.sample
    output_schema = ApprovalRequest.output_schema

    class Config(Staged, Timed, Further):
        """Which request, who is asked now, until when."""

    @classmethod
    def late_ports_of(cls, config: Mapping[str, Any]) -> Mapping[str, str | None]:
        """Without an end of its own it waits for ever."""
        return cls.late_ports if config.get("due_in") else {}

    @classmethod
    def lasts(cls, config: Mapping[str, Any]) -> bool:
        """Yet another stage may never follow."""
        return config.get("more_stages") is True

    @classmethod
    def stirs(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """What people decide is an event."""
        del config
        return ("approval.decided",)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Who is asked."""
        return deciders.words(config)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """The people that it names, and the calendars that its deadline is counted by."""
        return (*deciders.references(config), *deadlines.references(config))

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        """Ask them; the wait ends with what they say."""
        try:
            ends = deadline(ctx.unit, ctx.now, config.due_in, config.remind_before)
            stages = deciders.stages_of(config, config.name.strip())
            ask = ApprovalFurther(
                config.request.strip(), ctx.run.id, ctx.new_wait(), ctx.node, stages, config.more_stages,
                ends.due_at, ends.remind_at, ends.calendar_id, ends.counted,
            )  # fmt: skip
            ended = ctx.ports.approvals.further(ctx.unit, ask)
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)
        if ended is not None:
            return _done(ended)
        return Wait(
            ctx.new_wait(), kind="approval", note=_("Waiting for the decision of further people"),
            detail={"request_id": ask.request_id},
        )  # fmt: skip

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Fail:
        """Go on behind the outcome's port."""
        del ctx, config
        return _done(signal.payload)


def _done(answer: Mapping[str, Any]) -> Done:
    outcome = Outcome(answer["outcome"])
    return Done(dict(answer), port=outcome.value, note=note(outcome, answer.get("by") or ""))
