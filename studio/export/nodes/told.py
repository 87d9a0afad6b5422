"""What a step says in an event of the workspace's own: fields and their recording, for each step that writes one."""

from typing import Any, Literal
from uuid import UUID

from pydantic import field_validator

from studio.audit import Target, custom
from studio.contract.node import Context, NodeConfig, help_
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

Severity = Literal["info", "notice", "warning", "critical"]


class EventFields(NodeConfig):
    """One event."""

    name: str = help_(
        "What has happened: custom. and a name of your own. Exports and triggers find it by this name.",
        title="Event",
        example="custom.stock_written_off",
        max_length=67,
    )
    about: str = help_(
        "What it happened to, in a few words. It can be erased from the trail later, as names can.",
        title="About",
        template=True,
        example="Order {{ trigger.order.id }}",
        min_length=1,
        max_length=400,
    )
    facts: dict[str, Any] = help_(
        "At most 50: texts, numbers, yes or no. What is named as a secret, such as api_key, is masked; long texts are "
        "cut at 500 characters.",
        title="Facts",
        default={},
        example={"order_id": "{{ trigger.order.id }}"},
        template=True,
        widget="key-values",
        max_length=custom.MOST_FACTS,
    )
    hidden: list[str] = help_(
        "Names of facts that are recorded masked: the event shows that there was one, not what it was.",
        title="Masked facts",
        default=[],
        example=["card_number"],
        max_length=custom.MOST_FACTS,
    )
    of_people: list[str] = help_(
        "Names of facts that tell of people: they lie beside the trail and can be erased.",
        title="Facts about people",
        default=[],
        example=["customer"],
        max_length=custom.MOST_FACTS,
    )
    severity: Severity = help_(
        "How much it matters: pipelines filter by it.", title="Severity", default="info", example="notice"
    )

    @field_validator("name")
    @classmethod
    def _custom(cls, name: str) -> str:
        try:
            return custom.named(name)
        except InvalidInput as error:
            raise ValueError(error.message) from None


def write(ctx: Context, config: EventFields, event_id: UUID | None = None) -> dict[str, Any]:
    """Record it in the step's transaction. Returns what the step says of it. Raises InvalidInput, with its path."""
    about = Target("custom", ctx.run.id, config.about, personal=True)
    try:
        custom.record_custom(
            ctx.unit, config.name, facts=config.facts, target=about, severity=config.severity, hidden=config.hidden,
            of_people=config.of_people, event_id=event_id,
        )  # fmt: skip
    except InvalidInput as error:
        raise InvalidInput(error.message, code=error.code, field=f"config.{error.field}") from None
    return {"action": config.name, "about": config.about, "severity": config.severity}


def said(config: EventFields) -> str:
    """For the run's page."""
    return _("Recorded %(name)s", name=config.name)
