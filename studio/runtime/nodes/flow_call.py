"""A workflow within a workflow."""

from collections.abc import Mapping
from typing import Any, Literal

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, Signal, Wait, help_
from studio.contract.ports import CallAsk
from studio.core.errors import StudioError
from studio.core.i18n import gettext as _

WAIT_KIND = "child"


class Call(NodeType):
    """Run another workflow with these inputs, and go on with what its last step gave."""

    key = "flow.call"
    kind = Kind.FLOW
    effect = Effect.LOCAL
    patient = True
    title = "Run another workflow"
    icon = "call"

    class Config(NodeConfig):
        workflow: str = help_(
            "A workflow that begins with “Called by another workflow”. Its newest published version runs.",
            title="Workflow",
            example="019a0000-0000-7000-8000-000000000001",
            widget="workflow",
            min_length=1,
            max_length=80,
        )
        inputs: dict[str, Any] = help_(
            "What it is handed, by the names that its trigger gives them. {{ … }} alone hands over the value itself.",
            title="Inputs",
            default={},
            example={"refund_id": "{{ trigger.order.id }}"},
            template=True,
            widget="key-values",
            max_length=50,
        )
        mode: Literal["wait", "go_on"] = help_(
            "“wait”: the run waits for the other's end, at no cost, and has its result. “go_on”: it starts the other "
            "and goes on at once.",
            title="Then",
            default="wait",
            example="wait",
        )

    def start(self, ctx: Context, config: Config) -> Done | Wait | Fail:
        wait_id = ctx.new_wait() if config.mode == "wait" else None
        try:
            called = ctx.ports.calls.start(ctx.unit, _ask(ctx, config), wait_id)
        except StudioError as error:
            return _refused(error)
        if wait_id is None:
            return Done({"run_id": str(called.run_id)}, note=_("Started “%(name)s”", name=called.name))
        note = _("Waits for “%(name)s”", name=called.name)
        return Wait(wait_id, WAIT_KIND, note=note, detail={"run_id": str(called.run_id), "workflow": called.name})

    def resume(self, ctx: Context, config: Config, signal: Signal) -> Done | Fail:
        ended: Mapping[str, Any] = signal.payload
        if ended["state"] == "succeeded":
            return Done(ended["output"])
        told = {name: ended[name] for name in ("run_id", "state", "error")}
        if ended["state"] == "cancelled":
            return Fail("call.cancelled", _("The workflow that this step called was cancelled."), output=told)
        message = (ended["error"] or {}).get("message") or _("No reason is known.")
        said = _("The workflow that this step called failed: %(message)s", message=message)
        return Fail("call.failed", said, retryable=True, output=told)

    def simulate(self, ctx: Context, config: Any) -> Done | Fail:
        try:
            name, sample = ctx.ports.calls.rehearse(ctx.run.workspace_id, _ask(ctx, config))
        except StudioError as error:
            return _refused(error)
        if config.mode == "go_on":
            return Done({"run_id": str(ctx.run.id)}, note=_("Simulated: “%(name)s” was not started", name=name))
        note = _("Simulated: “%(name)s” was not started; this is the sample of its last step", name=name)
        return Done(sample, note=note)


def _ask(ctx: Context, config: Call.Config) -> CallAsk:
    return CallAsk(config.workflow, config.inputs, ctx.run.id, ctx.node, ctx.path)


def _refused(error: StudioError) -> Fail:
    """All that is wrong with the inputs in one sentence, and the first of their paths."""
    message = " ".join(problem.message for problem in error.problems) or error.message
    return Fail(error.code, message, field=error.problems[0].path if error.problems else None)
