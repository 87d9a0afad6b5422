"""Money back to a customer."""

from collections.abc import Mapping
from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.vendure import money
from studio.connectors.definitions.vendure.asking import change, failed
from studio.connectors.definitions.vendure.orders import PAYMENTS, find_order, left_to_refund
from studio.connectors.marks import bears, marked_text
from studio.connectors.outcomes import ProvedBy
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_REFUND = """mutation Refund($input: RefundOrderInput!) { refundOrder(input: $input) {
  ... on Refund { id total state metadata }
  ... on ErrorResult { errorCode message }
  ... on RefundAmountError { maximumRefundable }
  ... on RefundStateTransitionError { transitionError }
} }"""


class Refund(Action):
    """Give money of an order back, by the payment it came with.

    A repeat looks first whether the refund stands there already: the reason bears a short mark of the step.
    """

    key = "refund"
    title = "Refund an order"
    proved = ProvedBy.VENDURE
    protects = "refund.make"
    keyed = True
    sample: ClassVar = {
        "refund_id": "12", "refund_state": "settled", "amount": "42.00", "currency": "EUR", "left": "380.00",
        "order": "EEDRBN9ZPN9TXYGF", "order_id": "7", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        order: str = help_(
            "Its code or its id.", title="Order", example="{{ trigger.order.code }}", template=True,
            min_length=1, max_length=200,
        )  # fmt: skip
        amount: str = help_(
            "How much goes back, tax included.", title="Amount", example="42.00", template=True, widget="money",
            min_length=1, max_length=40,
        )  # fmt: skip
        currency: str = help_(
            "Of the amount; the order has to be in it.", title="Currency", example="EUR", template=True,
            min_length=3, max_length=40,
        )  # fmt: skip
        reason: str = help_(
            "Kept with the refund in the shop.", title="Reason", default="", example="Damaged on arrival",
            template=True, max_length=400,
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
        order, places = find_order(api, config.order, PAYMENTS)
        payments = order["payments"] or []
        made = next((one for payment in payments for one in payment["refunds"]
                     if one["state"] != "Failed" and bears(one["reason"], effect_key)), None)  # fmt: skip
        if made is not None:
            return _given(order, made, places, done_before=True)
        money.same_currency(config.currency, order["currencyCode"])
        wanted = money.units(config.amount, places, "amount")
        payment = _payment(order, payments, wanted, places)
        refund = change(
            api,
            _REFUND,
            {"input": {
                "paymentId": payment["id"], "amount": wanted, "reason": marked_text(config.reason, effect_key),
                # Deprecated, and needed all the same: Vendure's table has no default for them.
                "lines": [], "shipping": 0, "adjustment": 0,
            }},
            repeatable=False,
        )  # fmt: skip
        if refund["state"] == "Failed":
            said = str((refund["metadata"] or {}).get("errorMessage") or _("it gave no reason"))[:300]
            raise failed(_("The payment provider did not make the refund: %(said)s", said=said), "refund_failed")
        payment["refunds"].append(refund)
        return _given(order, refund, places, done_before=False)


def _payment(order: Any, payments: list[Any], wanted: int, places: int) -> Any:
    """The payment that has as much left, and of those the one with least."""
    left = sorted(((left_to_refund(one), number) for number, one in enumerate(payments)), reverse=False)
    fitting = [payments[number] for amount, number in left if amount >= wanted]
    if fitting:
        return fitting[0]
    currency, total = order["currencyCode"], sum(amount for amount, _number in left)
    if total == 0:
        raise failed(_("The order has nothing left to refund."), "nothing_left", "amount")
    if total < wanted:
        words = _("The order has only %(left)s %(currency)s left to refund.",
                  left=money.text(total, places), currency=currency)  # fmt: skip
        raise failed(words, "refund_amount", "amount")
    words = _(
        "The order was paid in parts, and the largest has %(left)s %(currency)s left. Refund it in several steps.",
        left=money.text(left[-1][0], places), currency=currency,
    )  # fmt: skip
    raise failed(words, "refund_amount", "amount")


def _given(order: Any, refund: Any, places: int, *, done_before: bool) -> dict[str, Any]:
    left = sum(left_to_refund(one) for one in order["payments"])
    return {
        "refund_id": refund["id"], "refund_state": refund["state"].lower(),
        "amount": money.text(refund["total"], places), "currency": order["currencyCode"],
        "left": money.text(left, places), "order": order["code"], "order_id": order["id"], "done_before": done_before,
    }  # fmt: skip
