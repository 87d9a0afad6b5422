"""How many of something there are."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure.articles import find_variant
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_SET = """mutation SetStock($input: UpdateProductVariantInput!) { updateProductVariant(input: $input) {
  id stockLevels { stockLocationId stockOnHand stockAllocated }
} }"""


class Stock(Action):
    """Set how many of a variant are on hand in one warehouse. It is set, not added, so a repeat changes nothing."""

    key = "stock"
    title = "Set the stock"
    proved = ProvedBy.VENDURE
    keyed = True
    causes = ("stock.changed",)
    sample: ClassVar = {"product": "MUG", "product_id": "4", "name": "Mug, blue", "warehouse": "Vienna",
              "warehouse_id": "2", "on_hand": 40, "allocated": 3, "was": 12, "done_before": False}  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = help_(
            "The variant's stock keeping unit (SKU), or its id.", title="Product", example="MUG", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        on_hand: int = help_(
            "How many there are, with those that are promised to orders.", title="On hand", example=40,
            template=True, ge=0, le=2_000_000_000,
        )  # fmt: skip
        warehouse: str = help_(
            "Name or id of the stock location. Empty: the one that the step chose above, or the shop's only one.",
            title="Warehouse", default="", example="Vienna", template=True, max_length=200,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the stock says whether it was done
        variant, data = find_variant(api, config.product)
        place = _place(api, config.warehouse.strip(), data["stockLocations"]["items"])
        level = _level(variant, place["id"])
        before = level["stockOnHand"] == config.on_hand
        was = level["stockOnHand"]
        if not before:
            wanted = {"stockLocationId": place["id"], "stockOnHand": config.on_hand}
            level = _level(change(api, _SET, {"input": {"id": variant["id"], "stockLevels": [wanted]}}), place["id"])
        return {
            "product": variant["sku"], "product_id": variant["id"], "name": variant["name"],
            "warehouse": place["name"], "warehouse_id": place["id"], "on_hand": level["stockOnHand"],
            "allocated": level["stockAllocated"], "was": was, "done_before": before,
        }  # fmt: skip


def _place(api: Api, named: str, places: list[Any]) -> Any:
    if not named and api.scope is not None and api.scope.kind == "warehouse":
        named = api.scope.external_id
    if not named and len(places) == 1:
        return places[0]
    found = [one for one in places if named in (one["id"], one["name"])]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one["name"] for one in places[:20])
    words = (
        _("%(title)s has no warehouse “%(name)s” (it has %(names)s).", title=api.title, name=named[:80], names=names)
        if named
        else _("Say in which warehouse: %(title)s has %(names)s.", title=api.title, names=names)
    )
    raise failed(words, "no_warehouse", "warehouse")


def _level(variant: Any, place_id: str) -> Any:
    """Nothing was ever kept there: none are."""
    levels = (one for one in variant["stockLevels"] if one["stockLocationId"] == place_id)
    return next(levels, {"stockOnHand": 0, "stockAllocated": 0})
