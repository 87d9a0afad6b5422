"""Figures of a list, of all of it or group by group."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

from pydantic import model_validator

from studio.contract.node import Context, Done, Fail, Kind, NodeConfig, NodeType, help_
from studio.core.i18n import gettext as _
from studio.core.i18n import ngettext
from studio.runtime.figures import Figure, FigureError, figure, key_of

_OURS = frozenset({"key", "items"})


class FigureField(NodeConfig):
    """One figure."""

    name: str = help_(
        "Later steps read it by this name.", title="Name", example="revenue", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$"
    )
    do: Literal["count", "sum", "average", "smallest", "largest", "different"] = help_(
        "count: how many have the value. sum and average of numbers, also of texts such as 19.90. smallest and largest "
        "of numbers or texts. different: each value once, in the order they come.",
        title="Figure",
        default="count",
        example="sum",
    )
    value: str = help_(
        "Asked for each item; the item is called item, its number index. What is null is passed over. Empty: the item.",
        title="Of",
        default="",
        expression="any",
        deferred=True,
        example="item.quantity",
    )


class Aggregate(NodeType):
    """Sum up a list: count, add, average, find the smallest and largest, for all of it and for each group."""

    key = "data.aggregate"
    kind = Kind.DATA
    title = "Sum up a list"
    icon = "grid"
    sample = {"items": 2, "totals": {"revenue": 79.8}, "groups": [{"key": "MUG-1", "items": 2, "revenue": 79.8}]}

    class Config(NodeConfig):
        items: list[Any] = help_(
            "The list.", title="Items", expression="list", example="trigger.order.lines", max_length=10_000
        )
        group: str = help_(
            "Items with the same value are one group. Empty: no groups.",
            title="Group by",
            default="",
            expression="any",
            deferred=True,
            example="item.sku",
        )
        figures: list[FigureField] = help_(
            "What is worked out.",
            title="Figures",
            example=[{"name": "pieces", "do": "sum", "value": "item.quantity"}],
            min_length=1,
            max_length=20,
        )

        @model_validator(mode="after")
        def _each_name_once(self) -> Self:
            names = [one.name for one in self.figures]
            for name in names:
                if name in _OURS or names.count(name) > 1:
                    raise ValueError(_("Another figure, or Studio's own, is called %(name)s.", name=name))
            return self

    @classmethod
    def summary(cls, config: Mapping[str, Any]) -> str:
        return ", ".join(str(row.get("name") or "") for row in _rows(config))

    @classmethod
    def sample_of(cls, config: Mapping[str, Any]) -> Any:
        figures: dict[str, Any] = {
            str(row.get("name") or ""): [] if row.get("do") == "different" else 1 for row in _rows(config)
        }
        groups = [{"key": "MUG-1", "items": 1, **figures}] if config.get("group") else []
        return {"items": 1, "totals": figures, "groups": groups}

    def start(self, ctx: Context, config: Config) -> Done | Fail:
        values = [
            [ctx.evaluate(one.value, {"item": item, "index": index}) if one.value else item for one in config.figures]
            for index, item in enumerate(config.items)
        ]
        groups: dict[str, tuple[Any, list[int]]] = {}
        if config.group:
            for index, item in enumerate(config.items):
                key = ctx.evaluate(config.group, {"item": item, "index": index})
                groups.setdefault(key_of(key), (key, []))[1].append(index)
        try:
            made = {
                "items": len(config.items),
                "totals": _figures(config.figures, values),
                "groups": [
                    {"key": key, "items": len(at), **_figures(config.figures, [values[one] for one in at])}
                    for key, at in groups.values()
                ],
            }
        except FigureError as error:
            return Fail("figure.value", _("%(error)s Nothing was worked out.", error=error), field="config.figures")
        count = len(config.items)
        return Done(made, note=ngettext("%(count)s item", "%(count)s items", count, count=count))


def _figures(fields: Sequence[FigureField], values: Sequence[Sequence[Any]]) -> dict[str, Any]:
    return {one.name: figure(Figure(one.do), [row[at] for row in values]) for at, one in enumerate(fields)}


def _rows(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = config.get("figures")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
