"""What something costs."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.articles import find_variant
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_SET = """mutation SetPrice($input: UpdateProductVariantInput!) { updateProductVariant(input: $input) {
  id sku name prices { currencyCode price }
} }"""


class Price(Action):
    """Change the price of a variant in one channel, from what it costs now to what it shall cost.

    Where it costs neither, somebody changed it meanwhile, and nothing is done. Prices are as the channel keeps them:
    with tax, where its prices include it.
    """

    key = "price"
    title = "Change a price"
    proved = ProvedBy.VENDURE
    protects = "price.change"
    keyed = True
    causes = ("product.changed",)
    sample: ClassVar = {"product": "MUG", "product_id": "4", "name": "Mug, blue", "price": "14.90", "was": "13.50",
              "currency": "EUR", "done_before": False}  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        product: str = help_(
            "The variant's stock keeping unit (SKU), or its id.", title="Product", example="MUG", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        was: str = help_(
            "What it costs now. Policies compare the change in per cent with it, and the shop has to agree.",
            title="Price until now", example="13.50", template=True, widget="money", min_length=1, max_length=40,
        )  # fmt: skip
        price: str = help_(
            "What it shall cost.", title="New price", example="14.90", template=True, widget="money",
            min_length=1, max_length=40,
        )  # fmt: skip
        currency: str = help_(
            "Of both prices; the channel has to sell in it.", title="Currency", example="EUR", template=True,
            min_length=3, max_length=40,
        )  # fmt: skip

    @classmethod
    def facts(cls, config: Config) -> Mapping[str, Any]:
        told: dict[str, Any] = {"product": config.product, "price": config.price, "currency": config.currency}
        percent = _percent(config.was, config.price)
        return told if percent is None else {**told, "percent": percent}

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # the price says whether it was done
        variant, data = find_variant(api, config.product)
        places, currency = money.precision(data), config.currency.strip().upper()
        was, wanted = (money.units(given, places, name, zero=True)
                       for name, given in (("was", config.was), ("price", config.price)))  # fmt: skip
        costs = {one["currencyCode"]: int(one["price"]) for one in variant["prices"]}
        if currency not in costs:
            words = _("%(name)s has no price in %(currency)s (only in %(others)s).", name=variant["name"],
                      currency=currency[:10], others=", ".join(costs) or _("none"))  # fmt: skip
            raise failed(words, "other_currency", "currency")
        before = costs[currency] == wanted
        if not before and costs[currency] != was:
            words = _("%(name)s costs %(now)s %(currency)s by now, not %(was)s. Nothing was changed.",
                      name=variant["name"], now=money.text(costs[currency], places), was=money.text(was, places),
                      currency=currency)  # fmt: skip
            raise failed(words, "price_moved", "was")
        if not before:
            price = {"currencyCode": currency, "price": wanted}
            change(api, _SET, {"input": {"id": variant["id"], "prices": [price]}})
        return {
            "product": variant["sku"], "product_id": variant["id"], "name": variant["name"], "currency": currency,
            "price": money.text(wanted, places), "was": money.text(was, places), "done_before": before,
        }  # fmt: skip


def _percent(was: str, price: str) -> float | None:
    """None: it cannot be said, and policies that ask for it will not pass."""
    try:
        old, new = Decimal(was.strip()), Decimal(price.strip())
        return float(round(abs(new - old) / old * 100, 4)) if old > 0 and new.is_finite() else None
    except InvalidOperation:
        return None
