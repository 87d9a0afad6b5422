"""How many of something there are."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.articles import find_variant
from studio.connectors.definitions.shopify.asking import ask, change, failed
from studio.connectors.definitions.shopify.fields import variant_field
from studio.connectors.marks import once_key
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_LEVELS = """query Levels($id: ID!) { inventoryItem(id: $id) { inventoryLevels(first: 50) { nodes {
  location { id name } quantities(names: ["on_hand", "committed"]) { name quantity } } } } }"""
_SET = """mutation Stock($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) { userErrors { field message } }
}"""


class Stock(Action):
    """Set how many of a variant are on hand at one location.

    It is set, not added, and only from the number that Studio read a moment before.
    """

    key = "stock"
    title = "Set the stock"
    keyed = True
    sample: ClassVar = {
        "product": "MUG", "product_id": "gid://shopify/ProductVariant/39072856", "name": "Mug - blue",
        "warehouse": "Vienna", "warehouse_id": "gid://shopify/Location/1", "on_hand": 40, "allocated": 3, "was": 12,
        "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = variant_field()
        on_hand: int = help_(
            "How many there are, with those that are promised to orders.", title="On hand", example=40,
            template=True, ge=0, le=1_000_000_000,
        )  # fmt: skip
        warehouse: str = help_(
            "Name or id of the location. Empty: the one that the step chose above, or the only one that keeps it.",
            title="Location", default="", example="Vienna", template=True, max_length=200,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        variant, _currency = find_variant(api, config.product)
        item = variant["inventoryItem"]["id"]
        nodes = ask(api, _LEVELS, {"id": item})["inventoryItem"]["inventoryLevels"]["nodes"]
        level = _level(api, config.warehouse.strip(), nodes)
        have = {one["name"]: one["quantity"] for one in level["quantities"]}
        before = have["on_hand"] == config.on_hand
        if not before:
            change(api, _SET, {"key": once_key(effect_key), "input": {
                "name": "on_hand", "reason": "correction",
                "quantities": [{"inventoryItemId": item, "locationId": level["location"]["id"],
                                "quantity": config.on_hand, "changeFromQuantity": have["on_hand"]}],
            }})  # fmt: skip
        return {
            "product": variant["sku"] or "", "product_id": variant["id"], "name": variant["displayName"],
            "warehouse": level["location"]["name"], "warehouse_id": level["location"]["id"],
            "on_hand": config.on_hand, "allocated": have["committed"], "was": have["on_hand"], "done_before": before,
        }  # fmt: skip


def _level(api: Api, named: str, levels: list[Any]) -> Any:
    if not named and api.scope is not None and api.scope.kind == "warehouse":
        named = api.scope.external_id
    found = [one for one in levels if not named or named in (one["location"]["id"], one["location"]["name"])]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one["location"]["name"] for one in levels) or _("none")
    words = (
        _("It is kept at no location “%(name)s” (only at %(names)s).", name=named[:80], names=names)
        if named
        else _("Say at which location: it is kept at %(names)s.", names=names)
    )
    raise failed(words, "no_warehouse", "warehouse")
