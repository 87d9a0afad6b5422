"""What a workflow raised an alert about is over."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.oversight.alerts import raising


class ResolveAlert(NodeType):
    """End the alert that a step has raised by this key, and go on; whoever was told of it hears that it is over."""

    key = "alert.resolve"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Resolve an alert"
    icon = "check"
    sample: ClassVar[Any] = {"key": "stock-MUG-1", "resolved": True}
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {"key": {"type": "string"}, "resolved": {"type": "boolean"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        """Which."""

        alert_key: str = help_(
            "As the step that raised it said; where no alert of it goes on, nothing happens",
            title="Key",
            template=True,
            example="stock-{{ trigger.order.id }}",
            min_length=1,
            max_length=raising.LONGEST_KEY,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """Which."""
        return str(config.get("alert_key") or "")

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """End it in the step's transaction."""
        try:
            row = raising.clear(ctx.unit, config.alert_key)
        except InvalidInput as error:
            return Fail(error.code, error.message, field="config.alert_key")
        said = _("The alert is over") if row is not None else _("No such alert was open")
        return Done({"key": config.alert_key, "resolved": row is not None}, note=said)
