"""What something costs."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.articles import find_variant
from studio.connectors.definitions.shopify.asking import amount, change, failed, same_currency
from studio.connectors.definitions.shopify.fields import currency_field, variant_field
from studio.connectors.errors import ApiError
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_SET = """mutation Price($product: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkUpdate(productId: $product, variants: $variants) {
    productVariants { id price } userErrors { field message }
  }
}"""


class Price(Action):
    """Change the price of a variant, from what it costs now to what it shall cost.

    Where it costs neither, somebody changed it meanwhile, and nothing is done.
    """

    key = "price"
    title = "Change a price"
    protects = "price.change"
    keyed = True
    causes = ("product.changed",)
    sample: ClassVar = {
        "product": "MUG", "product_id": "gid://shopify/ProductVariant/39072856", "name": "Mug - blue",
        "price": "14.90", "was": "13.50", "currency": "EUR", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = variant_field()
        was: str = help_(
            "What it costs now. Policies compare the change in per cent with it, and the shop has to agree.",
            title="Price until now", example="13.50", template=True, widget="money", min_length=1, max_length=40,
        )  # fmt: skip
        price: str = help_(
            "What it shall cost.", title="New price", example="14.90", template=True, widget="money",
            min_length=1, max_length=40,
        )  # fmt: skip
        currency: str = currency_field()

    @classmethod
    def facts(cls, config: Config) -> Mapping[str, Any]:
        told: dict[str, Any] = {"product": config.product, "price": config.price, "currency": config.currency}
        try:
            was, price = amount(config.was, "was"), amount(config.price, "price")
        except ApiError:
            return told
        return {**told, "percent": float(round(abs(price - was) / was * 100, 4))} if was else told

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the price says whether it was done
        was, wanted = amount(config.was, "was"), amount(config.price, "price")
        variant, currency = find_variant(api, config.product)
        same_currency(config.currency, currency)
        costs = Decimal(variant["price"])
        before = costs == wanted
        if not before and costs != was:
            words = _("%(name)s costs %(now)s %(currency)s by now, not %(was)s. Nothing was changed.",
                      name=variant["displayName"], now=costs, was=was, currency=currency)  # fmt: skip
            raise failed(words, "price_moved", "was")
        if not before:
            asked = {"product": variant["product"]["id"], "variants": [{"id": variant["id"], "price": str(wanted)}]}
            change(api, _SET, asked)
        return {
            "product": variant["sku"] or "", "product_id": variant["id"], "name": variant["displayName"],
            "price": str(wanted), "was": str(was), "currency": currency, "done_before": before,
        }  # fmt: skip
