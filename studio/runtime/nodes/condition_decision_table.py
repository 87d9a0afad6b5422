"""What holds, by rows of rules."""

from collections.abc import Mapping
from typing import Any

from studio.contract import tables
from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.contract.tables import Column, FactError, Hits, words
from studio.contract.tables import Kind as Compares
from studio.core.i18n import gettext as _
from studio.runtime import decision_table
from studio.runtime.decision_table import KEY, MOST_OUTPUTS, MOST_ROWS, Gives

_TYPES = {Gives.TEXT: "string", Gives.NUMBER: "number", Gives.YES_NO: "boolean"}
_SAMPLES: Mapping[str, Any] = {Gives.TEXT: "standard", Gives.NUMBER: 4.9, Gives.YES_NO: True}


class Input(NodeConfig):
    """One thing that rows compare."""

    name: str = help_("The head of its column.", title="Column", example="Country", min_length=1, max_length=60)
    kind: Compares = help_(
        "Ranges of numbers, or lists of texts.", title="Compares", default=Compares.TEXT, example="text"
    )
    unit: str = help_(
        "What its numbers count, such as EUR or kg; may be empty.",
        title="Unit",
        default="",
        example="EUR",
        max_length=12,
        show_if={"kind": [Compares.NUMBER.value]},
    )
    value: Any = help_("What is compared.", title="Value", expression="any", example="trigger.order.country")


class Output(NodeConfig):
    """One value that a row gives."""

    name: str = help_(
        "Later steps know it by this name.",
        title="Name",
        example="carrier",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,39}$",
    )
    kind: Gives = help_("What stands in its cells.", title="Holds", default=Gives.TEXT, example="text")


class DecisionTable(NodeType):
    """Look up what holds in a grid of rules: the first row that fits, or all that do."""

    key = KEY
    kind = Kind.CONDITION
    title = "Decision table"
    icon = "table"
    ports = ("next", "none")
    port_names = {"next": "a row fits", "none": "no row fits"}
    sample = {"result": {}, "results": [{}], "rows": [1], "why": "Country DE"}
    output_schema = {
        "type": "object",
        "properties": {
            "result": {"type": ["object", "null"]},
            "results": {"type": "array", "items": {"type": "object"}},
            "rows": {"type": "array", "items": {"type": "integer"}},
            "why": {"type": "string"},
        },
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        inputs: list[Input] = help_(
            "What rows compare, a column each.",
            title="Compare",
            example=[{"name": "Country", "kind": "text", "value": "trigger.order.country"}],
            min_length=1,
            max_length=tables.MOST_COLUMNS,
        )
        outputs: list[Output] = help_(
            "What a row gives, a column each.",
            title="Give",
            default=[],
            example=[{"name": "carrier", "kind": "text"}],
            max_length=MOST_OUTPUTS,
        )
        rules: list[list[str]] = help_(
            "Numbers as 100..<500, >=500 or 20; texts separated by commas; an empty cell fits anything. Rows can be "
            "pasted from a spreadsheet.",
            title="Rules",
            widget="decision-table",
            example=[["DE, AT"]],
            min_length=1,
            max_length=MOST_ROWS,
        )
        hits: Hits = help_(
            "The first row that fits counts, or all that do.", title="Counts", default=Hits.FIRST, example="first"
        )
        complete: bool = help_(
            "Publishing is refused while some case has no row. Turned off, such a case goes on behind “no row fits”.",
            title="Every case has a row",
            default=True,
            example=True,
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        """What is compared."""
        inputs = config.get("inputs")
        names = (
            [str(one.get("name") or "") for one in inputs if isinstance(one, dict)] if isinstance(inputs, list) else []
        )
        return ", ".join(name for name in names if name)

    @classmethod
    def output_schema_of(cls, config: Mapping[str, Any]) -> Mapping[str, Any]:
        """With the values that its rows give."""
        given = {name: {"type": [_TYPES[kind], "null"]} for name, kind in _outputs(config).items()}
        row: dict[str, Any] = {"type": "object", "properties": given, "additionalProperties": False}
        properties = {
            **cls.output_schema["properties"],
            "result": {**row, "type": ["object", "null"]},
            "results": {"type": "array", "items": row},
        }
        return {**cls.output_schema, "properties": properties}

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        """A row's values, by their kind."""
        row = {name: _SAMPLES[kind] for name, kind in _outputs(config).items()}
        return {**cls.sample, "result": row, "results": [row]}

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        """Compare; a table that cannot be read fails at its cell."""
        columns = tuple(Column(one.name, one.kind, one.unit) for one in config.inputs)
        table, problems = decision_table.read(columns, tuple(tuple(row) for row in config.rules), config.hits)
        if problems:
            return Fail(problems[0].code, problems[0].message, field=f"config.{_at_rules(problems[0].path)}")
        try:
            facts = [
                tables.fact(column, one.value, place)
                for place, (column, one) in enumerate(zip(columns, config.inputs, strict=True))
            ]
        except FactError as error:
            return Fail(error.code, error.message, field=f"config.inputs.{error.column}.value")
        rows = tables.hit(table, facts)
        results = []
        for row in rows:
            try:
                results.append(_given(config, row))
            except ValueError as error:
                return Fail("table.value", str(error), field=f"config.rules.{row}")
        why = "; ".join(_("row %(row)s: %(why)s", row=row + 1, why=words.why(table, row)) for row in rows)
        output = {
            "result": results[0] if results else None,
            "results": results,
            "rows": [row + 1 for row in rows],
            "why": why,
        }
        note = why[:200] or _("No row fits %(facts)s", facts=words.facts(columns, facts)[:200])
        return Done(output, port="next" if rows else "none", note=note)


def _given(config: DecisionTable.Config, row: int) -> dict[str, Any]:
    wide = len(config.inputs)
    cells = [*config.rules[row][wide:], *[""] * len(config.outputs)]
    return {one.name: decision_table.value(one.kind, cells[at]) for at, one in enumerate(config.outputs)}


def _outputs(config: Mapping[str, Any]) -> dict[str, Gives]:
    raw = config.get("outputs")
    found = [one for one in raw if isinstance(one, dict) and one.get("name")] if isinstance(raw, list) else []
    return {str(one["name"]): Gives(one["kind"]) if one.get("kind") in set(Gives) else Gives.TEXT for one in found}


def _at_rules(path: str) -> str:
    return path.replace("rows", "rules", 1)
