"""A label by which runs are found."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.runtime import labels
from studio.runtime.labels import LONGEST_VALUE


class LabelRun(NodeType):
    """Give the run a key and a value, such as country: DE, to find it and its like in the list of runs."""

    key = "run.label"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Label the run"
    icon = "tag"
    sample = {"key": "country", "value": "DE"}
    output_schema = {
        "type": "object",
        "properties": {"key": {"type": "string"}, "value": {"type": "string"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        label: str = help_(
            "Small letters, digits, “.”, “_” and “-”.",
            title="Key",
            example="country",
            pattern=r"^[a-z][a-z0-9_.-]{0,39}$",
        )
        value: str = help_(
            "What was said under this key before is replaced. Empty: the label is taken away.",
            title="Value",
            template=True,
            example="{{ trigger.order.country }}",
            max_length=1_000,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return f"{config.get('label') or ''}: {config.get('value') or ''}"

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        value = config.value.replace("\0", "").strip()
        if len(value) > LONGEST_VALUE:
            said = _("A label's value has at most %(count)s letters. The run was not labelled.", count=LONGEST_VALUE)
            return Fail("label.too_long", said, field="config.value")
        try:
            labels.put(ctx.unit, ctx.run.id, config.label, value)
        except InvalidInput as error:
            return Fail(error.code, error.message, field="config.label")
        return Done({"key": config.label, "value": value}, note=f"{config.label}: {value}")
