"""Runs that a person starts by hand."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from studio.contract.form import Form, FormField, described, sample
from studio.contract.node import TriggerType, help_
from studio.core.i18n import gettext

ROWS = "rows"
"""Under which name a run gets the rows of a file."""


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
        rows: bool = help_(
            "Each row of a file (CSV) answers the form; the run gets all of them as trigger.rows, for a “For each”.",
            title="Answered by the rows of a file",
            default=False,
            example=True,
        )

        @model_validator(mode="after")
        def _rows_have_columns(self) -> Self:
            if self.rows and not self.fields:
                raise ValueError(gettext("Say which columns the file has: a field of the form for each."))
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(label for _, _, label in described(config))

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return {ROWS: [sample(config)]} if config.get("rows") is True else sample(config)
