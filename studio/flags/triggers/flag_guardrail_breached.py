"""Runs that a broken guardrail of a rollout starts."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract import gathering, repeats
from studio.contract.node import NodeConfig, TriggerType, help_
from studio.contract.references import Reference
from studio.flags import fields, naming
from studio.flags.rollouts.breaches import BREACHED

_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}


class FlagGuardrailBreached(TriggerType):
    """Start a run when a guardrail of a flag's rollout breaks: the rollout has just been taken back, or is held.

    It comes once for each time that it is taken back or held, not at each look while the guardrail stays broken.
    """

    key = BREACHED
    title = "Guardrail broken"
    icon = "flag"
    chains = True
    sample = {
        "event": BREACHED, "flag": "new-checkout", "environment": "production",
        "rollout_id": "01954f6e-7a31-7c56-9a40-2f1d3c0b9e11", "step": 2, "share": 5.0, "did": "roll_back",
        "said": "The guardrail “errors” is broken.", "key": "guardrail:errors:up", "code": "guardrail",
        "metric": "errors", "worse": "up", "tolerance": 0.01, "change": "absolute", "low": 0.013, "estimate": 0.021,
        "high": 0.029,
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {
            "event": _TEXT,
            "flag": _TEXT,
            "environment": _TEXT,
            "rollout_id": _TEXT,
            "step": {"type": "integer"},
            "share": _NUMBER,
            "did": {"enum": ["roll_back", "hold"]},
            "said": _TEXT,
            "key": _TEXT,
            "code": _TEXT,
            "metric": _TEXT,
            "worse": {"enum": ["up", "down"]},
            "tolerance": _NUMBER,
            "change": {"enum": ["absolute", "relative"]},
            "low": _NUMBER,
            "estimate": _NUMBER,
            "high": _NUMBER,
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        """Whose guardrails."""

        flag: str = fields.flag_field("Empty: any flag.", required=False)
        environment: str = fields.environment_field("Empty: any environment.", required=False)
        metric: str = help_(
            "Only where this metric's guardrail breaks. Empty: any.",
            title="Metric", default="", example="errors", widget="flag-metric", max_length=60,
        )  # fmt: skip
        filter: str | None = help_(
            "Only those for which this is true. Empty: all.",
            title="Only if", default=None, example="trigger.share >= 10", expression="bool", deferred=True,
            widget="conditions",
        )  # fmt: skip
        dedup_key: str | None = repeats.key_field(
            "Two with the same key within the window start one run. Empty: every one starts one.",
            title="Same one, if equal",
            example="trigger.rollout_id",
        )
        dedup_hours: int = repeats.hours_field()
        gather: gathering.Gather = gathering.gather_field()
        gather_key: str | None = gathering.gather_key_field()
        quiet_s: int = gathering.quiet_field()
        longest_s: int = gathering.longest_field()
        most: int = gathering.most_field()

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        named = (str(config.get(one) or "") for one in ("flag", "environment", "metric"))
        return " · ".join(part for part in (*named, gathering.summary(config)) if part)

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        metric = config.get("metric")
        yield from naming.references(config)
        if isinstance(metric, str) and metric:
            yield Reference("config.metric", naming.METRIC, metric)

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return gathering.sample_of(config.get("gather"), cls.sample)

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return cls.output_schema if config.get("gather", "none") == "none" else None
