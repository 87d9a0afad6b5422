"""Tell people something, and go on."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _

from studio.approvals.nodes import deciders
from studio.contract.approving import ApprovalNotice
from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.contract.references import Reference
from studio.core.errors import StudioError


class ApprovalNotify(NodeType):
    """Tell people of the workspace something by mail, once, and go on: no answer is awaited."""

    key = "approval.notify"
    kind = Kind.APPROVAL
    effect = Effect.LOCAL
    title = "Tell people"
    icon = "bell"
    sample = {"told": ["Jonas Weber", "Lena Vogt"], "subject": "Refund of €420.00 is on its way"}
    output_schema = {
        "type": "object",
        "properties": {"told": {"type": "array", "items": {"type": "string"}}, "subject": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        """Whom, and what."""

        people: list[str] = help_(
            "People or groups; each person gets one mail, after their quiet hours",
            title="Whom",
            widget="people",
            example=["group:Refund team"],
            min_length=1,
            max_length=50,
        )
        subject: str = help_(
            "One line",
            title="Subject",
            template=True,
            example="Refund of {{ trigger.order.total | money }} is on its way",
            min_length=1,
            max_length=400,
        )
        text: str = help_(
            "What they should know",
            title="Text",
            template=True,
            widget="textarea",
            example="{{ trigger.customer.name }} was told.",
            min_length=1,
            max_length=10_000,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Who is told."""
        return ", ".join(ref.partition(":")[2] or ref for ref in config.get("people") or ())

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        """Who is told."""
        return deciders.named(config.get("people"), "config.people")

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """Leave a mail for each in the step's transaction; the effect's key keeps a repeat from mailing again."""
        notice = ApprovalNotice(
            key=ctx.effect_key or f"{ctx.run.id}:{ctx.node}:{ctx.path}",
            people=config.people,
            subject=" ".join(config.subject.split()),
            text=config.text,
            workflow_name=ctx.run.workflow_name,
        )
        try:
            told = ctx.ports.approvals.notify(ctx.unit, notice)
        except StudioError as error:
            return Fail(error.code, error.message, field=error.field)
        return Done({"told": told, "subject": notice.subject}, note=_("Told %(names)s", names=", ".join(told)))
