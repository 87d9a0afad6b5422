"""Many ways on."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import model_validator

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext

OTHER = "other"


class Case(NodeConfig):
    """One way on."""

    label: str = help_(
        "What people read at this way on.", title="Label", example="Express", min_length=1, max_length=60
    )
    condition: str = help_(
        "The first case whose condition is true is taken.",
        title="Condition",
        expression="bool",
        deferred=True,
        widget="conditions",
        example='trigger.order.shipping == "express"',
    )
    key: str = help_(
        "Keeps the connection when cases are moved. Empty: case_1, case_2, … by place.",
        title="Port",
        default="",
        example="case_1",
        pattern=r"^([a-z][a-z0-9_]{0,39})?$",
    )


class Switch(NodeType):
    """Go on behind the first case that is true, or behind “other”."""

    key = "condition.switch"
    kind = Kind.CONDITION
    title = "Switch"
    icon = "switch"
    ports = (OTHER,)
    port_names = {OTHER: "other"}
    sample = {"case": "Express"}
    output_schema = {
        "type": "object",
        "properties": {"case": {"type": ["string", "null"]}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        cases: list[Case] = help_(
            "Asked from top to bottom.",
            title="Cases",
            example=[{"label": "Express", "condition": 'trigger.order.shipping == "express"'}],
            min_length=1,
            max_length=50,
        )

        @model_validator(mode="after")
        def _ports_differ(self) -> Self:
            ports = [case.key or f"case_{place}" for place, case in enumerate(self.cases, 1)]
            twice = next((port for port in ports if ports.count(port) > 1 or port in (OTHER, "error")), None)
            if twice is not None:
                raise ValueError(
                    gettext("Two ways on are called %(twice)s. Give each case a port of its own.", twice=twice)
                )
            return self

    @classmethod
    def ports_of(cls, config: Mapping[str, Any]) -> tuple[str, ...]:
        return (*(port for port, _ in _ways(config)), OTHER)

    @classmethod
    def port_names_of(cls, config: Mapping[str, Any]) -> Mapping[str, str]:
        return {**dict(_ways(config)), OTHER: "other"}

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(label for _, label in _ways(config))

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        for place, case in enumerate(config.cases, 1):
            answer = ctx.evaluate(case.condition, {})
            if answer is True:
                return Done({"case": case.label}, port=case.key or f"case_{place}", note=case.label)
            if answer is not False:
                message = gettext(
                    "The condition of “%(label)s” gave neither yes nor no. No way was taken.", label=case.label
                )
                return Fail("config.type", message, field=f"config.cases.{place - 1}.condition")
        return Done({"case": None}, port=OTHER)


def _ways(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(port, label) of each case of a raw config, which may be half-written."""
    cases = config.get("cases")
    rows = cases if isinstance(cases, list) else []
    found = []
    for place, row in enumerate(rows, 1):
        case = row if isinstance(row, dict) else {}
        port = f"case_{place}"
        found.append((str(case.get("key") or port), str(case.get("label") or port)))
    return found
