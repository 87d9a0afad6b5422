"""Something needs a person: an alert, told by the workspace's rules."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.oversight.alerts import raising
from studio.oversight.alerts.raising import Raised, Severity


class RaiseAlert(NodeType):
    """Open an alert and go on: the rules of alerts say whom it is told, until somebody is on it or it is over.

    While an alert of the same key goes on, it is counted on that one, and nobody is told anew.
    """

    key = "alert.raise"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Raise an alert"
    icon = "bell"
    sample: ClassVar[Any] = {
        "alert_id": "019a0000-0000-7000-8000-000000000004", "key": "stock-MUG-1", "opened": True, "count": 1,
    }  # fmt: skip
    output_schema: ClassVar[Mapping[str, Any]] = {
        "type": "object",
        "properties": {
            "alert_id": {"type": "string"}, "key": {"type": "string"}, "opened": {"type": "boolean"},
            "count": {"type": "integer"},
        },
        "additionalProperties": False,
    }  # fmt: skip

    class Config(NodeConfig):
        """What is told."""

        alert_key: str = help_(
            "What it is about. One alert goes on for each key in the workspace; “Resolve an alert” ends it by the same",
            title="Key",
            template=True,
            example="stock-{{ trigger.order.id }}",
            min_length=1,
            max_length=raising.LONGEST_KEY,
        )
        title: str = help_(
            "What happens, in one line: the subject of the mail",
            title="Title",
            template=True,
            example="Order {{ trigger.order.id }} cannot be shipped",
            min_length=1,
            max_length=1_000,
        )
        todo: str = help_(
            "What whoever is told should do",
            title="What to do",
            template=True,
            widget="textarea",
            default="",
            example="Call the warehouse, then start the run again.",
            max_length=raising.LONGEST_TEXT,
        )
        severity: Severity = help_(
            "Urgent is told in quiet hours too, unless a rule of alerts says otherwise",
            title="Severity",
            default=Severity.NORMAL,
            example="normal",
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """What happens."""
        return str(config.get("title") or "")

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """Open it, or count it, in the step's transaction."""
        raised = Raised(config.alert_key, config.title, config.todo, config.severity)
        try:
            row, opened = raising.raise_(ctx.unit, ctx.run.workflow_id, ctx.run.id, raised)
        except InvalidInput as error:
            return Fail(error.code, error.message, field="config.alert_key")
        if row is None:
            return Fail("alert.no_workflow", _("The workflow of this run is gone, so nobody can be told for it."))
        output = {"alert_id": str(row.id), "key": row.fingerprint, "opened": opened, "count": row.count}
        return Done(output, note=_("An alert is open") if opened else _("The alert goes on; it is counted on it"))
