"""A remark on the run."""

from collections.abc import Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Kind, NodeConfig, NodeType, help_
from studio.runtime import notes


class Note(NodeType):
    """Write a note on the run's page, for whoever looks at it later."""

    key = "action.note"
    kind = Kind.ACTION
    effect = Effect.LOCAL
    title = "Note on the run"
    icon = "note"
    sample = {"text": "Refund approved by Jonas Weber"}
    output_schema = {"type": "object", "properties": {"text": {"type": "string"}}, "additionalProperties": False}

    class Config(NodeConfig):
        text: str = help_(
            "What to remember.",
            title="Note",
            template=True,
            widget="textarea",
            example="Refund of {{ trigger.refund.amount }} went out",
            min_length=1,
            max_length=5_000,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("text") or "")

    def start(self, ctx: Context, config: Config) -> Done:
        notes.add(ctx.unit, ctx.run.id, config.text, author=ctx.node_name)
        return Done({"text": config.text}, note=config.text)
