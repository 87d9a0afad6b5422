"""A way on by a flag: what somebody would get of it now."""

from collections.abc import Iterable, Mapping
from typing import Any

from studio.contract.node import Context, Done, Effect, Fail, Kind, NodeConfig, NodeType, help_
from studio.contract.references import Reference
from studio.core.errors import InvalidInput, NotFound
from studio.flags import fields, naming
from studio.flags.service import asking


class FlagEvaluate(NodeType):
    """Ask a feature flag for a customer, an order or anybody: go one way where it is on, the other where it is off."""

    key = "flag.evaluate"
    kind = Kind.CONDITION
    effect = Effect.LOCAL
    title = "Ask a flag"
    icon = "flag"
    ports = ("on", "off")
    port_names = {"on": "on", "off": "off"}
    sample = {
        "flag": "new-checkout", "environment": "production", "enabled": True, "variant": "large", "value": "large",
    }  # fmt: skip
    output_schema = {
        "type": "object",
        "properties": {
            "flag": {"type": "string"},
            "environment": {"type": "string"},
            "enabled": {"type": "boolean"},
            "variant": {"type": ["string", "null"]},
            "value": {},
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        flag: str = fields.flag_field("Whose answer decides. One that is archived counts as off.")
        environment: str = fields.environment_field("A flag may be on in one environment and off in another.")
        unit: str = help_(
            "Who or what is asked for, as your shop's code names it to the flag (userId): the same one always gets the "
            "same answer. Empty: the run itself.",
            title="For whom", default="", example="{{ trigger.customer.id }}", template=True, max_length=500,
        )  # fmt: skip
        properties: dict[str, Any] = help_(
            "What else the flag's rules compare, by the names that they use.",
            title="Properties", default={}, example={"country": "{{ trigger.customer.country }}"}, template=True,
            widget="key-values", max_length=50,
        )  # fmt: skip

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return str(config.get("flag") or "")

    @classmethod
    def references(cls, config: Mapping[str, Any]) -> Iterable[Reference]:
        return naming.references(config)

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        try:
            flag, place = fields.found(ctx, config.flag, config.environment)
        except NotFound as error:
            return Fail("flag.unknown", error.message, field="config.flag")
        unit = config.unit or str(ctx.run.id)
        asked = {"userId": unit, "targetingKey": unit, "environment": place.name, "properties": config.properties}
        told = asking.explain(ctx.unit, flag, place, asked)
        try:
            value = told.value
        except InvalidInput as error:
            return Fail(error.code, error.message, field="config.flag")
        variant = told.explanation.variant
        found = {
            "flag": flag.key, "environment": place.name, "enabled": told.explanation.enabled,
            "variant": variant.name if variant.enabled else None, "value": value,
        }  # fmt: skip
        return Done(found, port="on" if told.explanation.enabled else "off")
