"""Runs that another workflow starts."""

from collections.abc import Mapping
from typing import Any, Literal

from studio.contract.form import Form, Question, described, sample
from studio.contract.node import TriggerType, help_


class Input(Question):
    """One input."""

    type: Literal["text", "long_text", "number", "yes_no", "date", "choice", "list", "object", "any"] = help_(
        "What may be handed over.", title="Kind", default="text", example="text"
    )


class Called(TriggerType):
    """Start when another workflow calls this one. What its last step gives is the caller's result."""

    key = "trigger.called"
    title = "Called by another workflow"
    icon = "called"
    sample = {"refund_id": "R-1024"}

    class Config(Form):
        fields: list[Input] = help_(
            "What a caller hands over. Empty: anything.",
            title="Inputs",
            default=[],
            example=[{"name": "refund_id", "label": "Refund"}],
            max_length=50,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(label for _, _, label in described(config))

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return sample(config)
