"""What Stripe knows of a payment."""

from typing import Any, ClassVar

from studio.connectors.action import Action, Fields
from studio.connectors.api import Api
from studio.connectors.definitions.stripe import money
from studio.connectors.definitions.stripe.payments import find
from studio.connectors.samples import schema_of
from studio.contract.node import help_


class ReadPayment(Action):
    """Look a payment up: how much was paid, how much of it was given back, by whom."""

    key = "payment"
    title = "Look up a payment"
    reads = True
    sample: ClassVar = {
        "payment": "pi_3PxUqR2eZvKYlo2C1a2b3c4d", "charge": "ch_3PxUqR2eZvKYlo2C1a2b3c4d", "state": "succeeded",
        "paid": True, "amount": "420.00", "refunded": "0.00", "left": "420.00", "currency": "EUR",
        "customer": "cus_9s6XKzkNRiz8i3", "email": "anna.keller@example.com", "description": "Order 6021",
    }  # fmt: skip
    output_schema = schema_of(sample)

    class Config(Fields):
        payment: str = help_(
            "The payment intent's or the charge's id: it begins with pi_ or ch_.", title="Payment",
            example="{{ trigger.order.payment }}", template=True, min_length=1, max_length=200,
        )  # fmt: skip

    def perform(self, api: Api, config: Config, effect_key: str) -> Any:
        del effect_key  # it changes nothing
        payment = find(api, config.payment)
        charge, currency = payment.charge, payment.currency
        paid, back = charge["amount"], charge["amount_refunded"]
        email = charge.get("receipt_email") or (charge.get("billing_details") or {}).get("email")
        return {
            "payment": payment.given, "charge": charge["id"], "state": charge["status"], "paid": charge["paid"],
            "amount": money.text(paid, currency), "refunded": money.text(back, currency),
            "left": money.text(paid - back, currency), "currency": currency, "customer": charge.get("customer") or "",
            "email": email or "", "description": charge.get("description") or "",
        }  # fmt: skip
