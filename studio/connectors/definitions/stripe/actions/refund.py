"""Money back to a customer."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.stripe import money
from studio.connectors.definitions.stripe.asking import change, each, failed
from studio.connectors.definitions.stripe.payments import Payment, find
from studio.connectors.samples import schema_of
from studio.contract.node import help_
from studio.core.i18n import gettext as _

_GONE = ("failed", "canceled")
_MARK = "studio"
"""The refund's metadata bears the step's key: Stripe forgets an Idempotency-Key after a day, a refund stays."""


class Refund(Action):
    """Give money of a payment back. A repeat looks first whether the refund is there, and has the same key."""

    key = "refund"
    title = "Refund a payment"
    protects = "refund.make"
    keyed = True
    sample: ClassVar = {
        "refund_id": "re_3PxUqR2eZvKYlo2C1a2b3c4d", "refund_state": "succeeded", "amount": "42.00", "currency": "EUR",
        "payment": "pi_3PxUqR2eZvKYlo2C1a2b3c4d", "done_before": False,
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        payment: str = help_(
            "The payment intent's or the charge's id: it begins with pi_ or ch_.", title="Payment",
            example="{{ trigger.order.payment }}", template=True, min_length=1, max_length=200,
        )  # fmt: skip
        amount: str = help_(
            "How much goes back.", title="Amount", example="42.00", template=True, widget="money",
            min_length=1, max_length=40,
        )  # fmt: skip
        currency: str = help_(
            "Of the amount; the payment has to be in it.", title="Currency", example="EUR", template=True,
            min_length=3, max_length=40,
        )  # fmt: skip
        reason: Literal["", "requested_by_customer", "duplicate", "fraudulent"] = help_(
            "As Stripe knows it. Fraudulent: Stripe also blocks the card and the e-mail address.", title="Reason",
            default="", example="requested_by_customer",
        )  # fmt: skip
        order: str = help_(
            "Kept with the refund at Stripe, and compared by policies.", title="Order", default="",
            example="{{ trigger.order.id }}", template=True, max_length=200,
        )  # fmt: skip
        customer: str = help_(
            "For the policies that stand before refunds; Stripe knows whose payment it is.", title="Customer",
            default="", example="{{ trigger.order.customer.email }}", template=True, max_length=200,
        )  # fmt: skip

    @classmethod
    def facts(cls, config: Config) -> Mapping[str, Any]:
        return {
            "amount": config.amount, "currency": config.currency, "order": config.order,
            "customer": config.customer, "reason": config.reason,
        }  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        payment = find(api, config.payment)
        made = next((one for one in each(api, "/v1/refunds", payment.named) if _is_ours(one, effect_key)), None)
        if made is not None:
            return _given(payment, made, done_before=True)
        if config.currency.strip().upper() != payment.currency:
            words = _("The payment is in %(actual)s, not in %(wanted)s. Nothing was done.", actual=payment.currency,
                      wanted=config.currency[:10])  # fmt: skip
            raise failed(words, "other_currency", "currency")
        form = {
            **payment.named, "amount": money.units(config.amount, payment.currency, "amount"), "reason": config.reason,
            f"metadata[{_MARK}]": effect_key, "metadata[order]": config.order,
        }  # fmt: skip
        return _given(payment, change(api, "/v1/refunds", form, key=effect_key), done_before=False)


def _is_ours(refund: Any, effect_key: str) -> bool:
    marked = (refund.get("metadata") or {}).get(_MARK)
    return bool(effect_key) and marked == effect_key and refund["status"] not in _GONE


def _given(payment: Payment, refund: Any, *, done_before: bool) -> dict[str, Any]:
    return {
        "refund_id": refund["id"], "refund_state": refund["status"],
        "amount": money.text(refund["amount"], payment.currency), "currency": payment.currency,
        "payment": payment.given, "done_before": done_before,
    }  # fmt: skip
