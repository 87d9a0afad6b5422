"""Runs that a change of a flag starts."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract import gathering, repeats, topics
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.contract.references import Reference
from studio.flags import fields, naming
from studio.flags.emitting import CHANGED

_TEXT, _MAYBE = {"type": "string"}, {"type": ["string", "null"]}


class FlagChanged(TriggerType):
    """Start a run when a feature flag changes: it is turned on or off, its share or rules are others, it is archived.

    What the workflow changes itself starts it no second time.
    """

    key = CHANGED
    title = "Flag changed"
    icon = "flag"
    chains = True
    sample = {
        "event": CHANGED, "flag": "new-checkout", "environment": "production", "version": 4, "enabled": True,
        "was_enabled": False, "percent": 25.0, "archived": False,
        "changes": [{"field": "enabled", "before": False, "after": True}], "by": "Anna Jansen", "note": "Ready",
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {
            "event": _TEXT,
            "flag": _TEXT,
            "environment": _MAYBE,
            "version": {"type": "integer"},
            "enabled": {"type": ["boolean", "null"]},
            "was_enabled": {"type": ["boolean", "null"]},
            "percent": {"type": ["number", "null"]},
            "archived": {"type": "boolean"},
            "changes": {
                "type": "array",
                "items": {"type": "object", "properties": {"field": _TEXT, "before": {}, "after": {}}},
            },
            "by": _TEXT,
            "note": _TEXT,
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        flag: str = fields.flag_field("Empty: any flag.", required=False)
        environment: str = fields.environment_field(
            "Empty: any environment. What is the flag's own, such as its dependencies, is told in each.", required=False
        )
        filter: str | None = help_(
            "Only changes for which this is true. Empty: all.",
            title="Only if", default=None, example="trigger.enabled && !trigger.was_enabled", expression="bool",
            deferred=True, widget="conditions",
        )  # fmt: skip
        dedup_key: str | None = repeats.key_field(
            "Two changes with the same key within the window start one run. Empty: every change starts one.",
            title="Same change, if equal",
            example="trigger.flag",
        )
        dedup_hours: int = repeats.hours_field()
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()

    @classmethod
    def hears(cls, config: Mapping[str, Any]) -> Iterable[str]:
        """Its flag, or any."""
        return (topics.topic("flag", config.get("flag")) or f"flag:{topics.ANY}",)

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        parts = (str(config.get("flag") or ""), str(config.get("environment") or ""), gathering.summary(config))
        return " · ".join(part for part in parts if part)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return naming.references(config)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return gathering.sample_of(config.get("gather"), cls.sample)

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return cls.output_schema if config.get("gather", "none") == "none" else None
