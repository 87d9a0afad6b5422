"""New fields out of what is known."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from studio.contract.node import Context, Done, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _


class Field(NodeConfig):
    """One field."""

    name: str = help_(
        "Later steps read it by this name.",
        title="Name",
        example="shipping_zone",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$",
    )
    value: Any = help_(
        "Any expression; put fixed text in quotes.",
        title="Value",
        expression="any",
        example='trigger.order.country == "DE" ? "inland" : "abroad"',
    )


class SetFields(NodeType):
    """Make fields out of earlier data, so that later steps can read them by a short name."""

    key = "data.set"
    kind = Kind.DATA
    title = "Set fields"
    icon = "pencil"
    sample = {"shipping_zone": "inland"}

    class Config(NodeConfig):
        fields: list[Field] = help_(
            "Each becomes a field of this step's output.",
            title="Fields",
            example=[{"name": "shipping_zone", "value": '"inland"'}],
            min_length=1,
            max_length=100,
        )

        @model_validator(mode="after")
        def _named_once(self) -> Self:
            names = [field.name for field in self.fields]
            twice = next((name for name in names if names.count(name) > 1), None)
            if twice is not None:
                raise ValueError(_("Two fields are called %(twice)s. Give each a name of its own.", twice=twice))
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(_names(config))

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        return dict.fromkeys(_names(config))

    def start(self, ctx: Context, config: Config) -> Done:
        return Done({field.name: field.value for field in config.fields})


def _names(config: Mapping[str, Any]) -> list[str]:
    fields = config.get("fields")
    rows = fields if isinstance(fields, list) else []
    return [str(row["name"]) for row in rows if isinstance(row, dict) and row.get("name")]
