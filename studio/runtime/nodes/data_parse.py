"""A text that holds data, as data."""

from collections.abc import Mapping
from typing import Any, Literal

import orjson

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.runtime import tables
from studio.runtime.storable import storable

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
MOST_CHARACTERS = 2_000_000


class Parse(NodeType):
    """Read a text that holds JSON or CSV, such as a file that another system sent."""

    key = "data.parse"
    kind = Kind.DATA
    title = "Read JSON or CSV"
    icon = "download"
    sample = {"value": [{"sku": "MUG-1", "stock": "12"}], "count": 1}

    class Config(NodeConfig):
        text: str = help_(
            "What is read.",
            title="Text",
            template=True,
            example='[{"sku": "MUG-1"}]',
            widget="textarea",
            max_length=MOST_CHARACTERS,
        )
        kind: Literal["json", "csv"] = help_("How it is written.", title="It is", default="json", example="csv")
        separator: Literal["found", "comma", "semicolon", "tab", "bar"] = help_(
            "found: whichever stands most often in the first line.",
            title="Between two values",
            default="found",
            example="semicolon",
            show_if={"kind": "csv"},
        )
        header: bool = help_(
            "Whether the first line names the columns. Without names they are column_1, column_2 and on.",
            title="First line names them",
            default=True,
            example=True,
            show_if={"kind": "csv"},
        )

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return "CSV" if config.get("kind") == "csv" else "JSON"

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        try:
            value = _csv(config) if config.kind == "csv" else storable(orjson.loads(config.text))
        except (orjson.JSONDecodeError, tables.TableError) as error:
            said = _("This is no %(kind)s: %(error)s", kind=config.kind.upper(), error=str(error).rstrip("."))
            return Fail("parse.unreadable", _("%(said)s. Nothing was read.", said=said), field="config.text")
        count = len(value) if isinstance(value, list) else 1
        return Done(
            {"value": value, "count": count}, note=ngettext("%(count)s item", "%(count)s items", count, count=count)
        )


def _csv(config: Parse.Config) -> list[dict[str, str]]:
    return tables.read(config.text, SEPARATORS.get(config.separator, ""), named=config.header)
