"""Money back to a customer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.shopify.asking import amount, change, failed, same_currency
from studio.connectors.definitions.shopify.fields import currency_field, order_field
from studio.connectors.definitions.shopify.orders import PAYMENTS, find_order, left_to_refund, shown
from studio.connectors.marks import bears, marked_text, once_key
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_REFUND = """mutation Refund($input: RefundInput!, $key: String!) {
  refundCreate(input: $input) @idempotent(key: $key) {
    refund { id note totalRefundedSet { shopMoney { amount } } } userErrors { field message }
  }
}"""


class Refund(Action):
    """Give money of an order back, by the payment it came with.

    Shopify makes one refund of a step however often it is asked; the note bears a short mark of the step as well.
    """

    key = "refund"
    title = "Refund an order"
    protects = "refund.make"
    keyed = True
    sample: ClassVar = {
        "refund_id": "gid://shopify/Refund/929361464", "amount": "42.00", "currency": "EUR", "left": "380.00",
        "order": "#1001", "order_id": "gid://shopify/Order/5421876546021", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = order_field()
        amount: str = help_(
            "How much goes back, tax included.", title="Amount", example="42.00", template=True, widget="money",
            min_length=1, max_length=40,
        )  # fmt: skip
        currency: str = currency_field()
        reason: str = help_(
            "Kept as the refund's note.", title="Reason", default="", example="Damaged on arrival", template=True,
            max_length=400,
        )  # fmt: skip
        customer: str = help_(
            "For the policies that stand before refunds; the shop knows whose order it is.", title="Customer",
            default="", example="{{ trigger.order.customer.email }}", template=True, max_length=200,
        )  # fmt: skip

    @classmethod
    def facts(cls, config: Config) -> Mapping[str, Any]:
        return {
            "amount": config.amount, "currency": config.currency, "order": config.order,
            "customer": config.customer, "reason": config.reason,
        }  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        order = find_order(api, config.order, PAYMENTS)
        left = left_to_refund(order)
        made = next((one for one in order["refunds"] if bears(one["note"], effect_key)), None)
        if made is not None:
            return _given(order, made, sum(left.values(), Decimal(0)), done_before=True)
        same_currency(config.currency, order["currencyCode"])
        wanted = amount(config.amount, "amount")
        if wanted == 0:
            raise failed(_("The amount must be more than nothing."), "amount", "amount")
        payment = _payment(order, left, wanted)
        transaction = {
            "orderId": order["id"], "parentId": payment["id"], "gateway": payment["gateway"], "kind": "REFUND",
            "amount": str(wanted),
        }  # fmt: skip
        asked = {"orderId": order["id"], "note": marked_text(config.reason, effect_key), "transactions": [transaction]}
        refund = change(api, _REFUND, {"input": asked, "key": once_key(effect_key)})["refundCreate"]["refund"]
        return _given(order, refund, sum(left.values(), Decimal(0)) - wanted, done_before=False)


def _payment(order: Any, left: dict[str, Decimal], wanted: Decimal) -> Any:
    """The payment that has as much left, and of those the one with least."""
    fitting = sorted((rest, number) for number, rest in left.items() if rest >= wanted)
    if fitting:
        return next(one for one in order["transactions"] if one["id"] == fitting[0][1])
    total, currency = sum(left.values(), Decimal(0)), order["currencyCode"]
    if total == 0:
        raise failed(_("The order has nothing left to refund."), "nothing_left", "amount")
    if total < wanted:
        words = _("The order has only %(left)s %(currency)s left to refund.", left=total, currency=currency)
        raise failed(words, "refund_amount", "amount")
    words = _(
        "The order was paid in parts, and the largest has %(left)s %(currency)s left. Refund it in several steps.",
        left=max(left.values()), currency=currency,
    )  # fmt: skip
    raise failed(words, "refund_amount", "amount")


def _given(order: Any, refund: Any, left: Decimal, *, done_before: bool) -> dict[str, Any]:
    return {
        "refund_id": refund["id"], "amount": refund["totalRefundedSet"]["shopMoney"]["amount"],
        "currency": order["currencyCode"], "left": str(left), **shown(order), "done_before": done_before,
    }  # fmt: skip
