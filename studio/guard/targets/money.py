"""Money that leaves, prices, and where payouts go."""

from datetime import timedelta

from studio.contract.protecting import Fact, Limit, Requirement, StepUpDemand, Strength, Target

_CONTENT = Requirement.of(step_up=StepUpDemand(Strength.PASSWORD, timedelta(minutes=5)))
"""Prove once more who you are, for just this content."""

REFUND = Target(
    "refund.make",
    "Refund",
    "Money goes back to a customer.",
    facts=(
        Fact("amount", "money", "Amount", "420.00"),
        Fact("currency", "text", "Currency", "EUR"),
        Fact("order", "text", "Order", "1042"),
        Fact("customer", "text", "Customer", "anna@example.com"),
        Fact("reason", "text", "Reason", "damaged"),
    ),
    limit=Limit("amount", "Refunds above", "money"),
    here=False,
)
REFUND_LIMIT = Target(
    "refund_limit.change",
    "Refund limit change",
    "How much may be refunded at once, and in a day, is changed.",
    facts=(
        Fact("single", "money", "One refund", "250.00"),
        Fact("daily", "money", "All refunds of a day", "2000.00"),
        Fact("currency", "text", "Currency", "EUR"),
    ),
    default=_CONTENT,
    steps=False,
)
PAYOUT_ACCOUNT = Target(
    "payout_account.change",
    "Payout account change",
    "Payouts go to another bank account.",
    facts=(
        Fact("holder", "text", "Account holder", "Nordlicht GmbH"),
        Fact("country", "text", "Country", "DE"),
        Fact("bank", "text", "Bank", "GLS Bank"),
    ),
    default=_CONTENT,
    steps=False,
)
TAX_REGISTRATIONS = Target(
    "tax_registrations.change",
    "Tax registrations change",
    "The countries in which the shop is registered for tax, or a registration's number, are changed.",
    facts=(
        Fact("added", "number", "Countries added", 1),
        Fact("removed", "number", "Countries removed", 0),
    ),
    default=_CONTENT,
    steps=False,
)
PRICE = Target(
    "price.change",
    "Price change",
    "The price of something on sale is changed.",
    facts=(
        Fact("percent", "percent", "Change in per cent", 12.5),
        Fact("product", "text", "Product", "Mug, blue"),
        Fact("price", "money", "New price", "14.90"),
        Fact("currency", "text", "Currency", "EUR"),
    ),
    limit=Limit("percent", "Changes above", "percent"),
    here=False,
)
