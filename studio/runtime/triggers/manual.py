"""Runs that a person starts by hand."""

from collections.abc import Mapping
from typing import Any

from studio.contract.form import Form, FormField, described, sample
from studio.contract.node import TriggerType, help_


class Manual(TriggerType):
    """Start a run by hand, with a form that asks for what it needs."""

    key = "trigger.manual"
    title = "By hand"
    icon = "hand"
    sample = {"refund_id": "R-1024"}

    class Config(Form):
        fields: list[FormField] = help_(
            "What the person who starts it is asked.",
            title="Form",
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
