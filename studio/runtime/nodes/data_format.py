"""Data as a text, for files, mails and systems that want one."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.runtime import tables
from studio.runtime.nodes.data_parse import SEPARATORS


class Format(NodeType):
    """Write data as a text: JSON, or CSV with a line for each item of a list."""

    key = "data.format"
    kind = Kind.DATA
    title = "Write JSON or CSV"
    icon = "upload"
    sample = {"text": "sku,quantity\r\nMUG-1,3\r\n", "count": 1}
    output_schema = {
        "type": "object",
        "properties": {"text": {"type": "string"}, "count": {"type": "integer"}},
        "additionalProperties": False,
    }

    class Config(NodeConfig):
        value: Any = help_("For CSV a list of objects.", title="Data", expression="any", example="trigger.order.lines")
        kind: Literal["json", "csv"] = help_("How it is written.", title="As", default="json", example="csv")
        indent: bool = help_(
            "One field a line, for people.", title="Indented", default=False, example=True, show_if={"kind": "json"}
        )
        columns: list[str] = help_(
            "Which fields, in this order. Empty: all that the items have.",
            title="Columns",
            default=[],
            example=["sku", "quantity"],
            max_length=tables.MOST_COLUMNS,
            show_if={"kind": "csv"},
        )
        separator: Literal["comma", "semicolon", "tab", "bar"] = help_(
            "Spreadsheets in German or French expect semicolons.",
            title="Between two values",
            default="comma",
            example="semicolon",
            show_if={"kind": "csv"},
        )
        header: bool = help_(
            "The first line names the columns.",
            title="Names of columns",
            default=True,
            example=True,
            show_if={"kind": "csv"},
        )
        safe: bool = help_(
            "Puts an apostrophe before texts that a spreadsheet would work out, such as =HYPERLINK(…) in a customer's "
            "name.",
            title="Safe for spreadsheets",
            default=True,
            example=True,
            show_if={"kind": "csv"},
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return "CSV" if config.get("kind") == "csv" else "JSON"

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        if config.kind == "json":
            option = orjson.OPT_NON_STR_KEYS | (orjson.OPT_INDENT_2 if config.indent else 0)
            text = orjson.dumps(config.value, option=option).decode()
            return Done({"text": text, "count": len(config.value) if isinstance(config.value, list) else 1})
        if not isinstance(config.value, list):
            return Fail("format.no_list", _("CSV is written from a list. Nothing was written."), field="config.value")
        try:
            text = tables.write(
                config.value, config.columns, SEPARATORS[config.separator], named=config.header, safe=config.safe
            )
        except tables.TableError as error:
            return Fail("format.unfit", _("%(error)s Nothing was written.", error=error), field="config.value")
        count = len(config.value)
        return Done(
            {"text": text, "count": count}, note=ngettext("%(count)s row", "%(count)s rows", count, count=count)
        )
