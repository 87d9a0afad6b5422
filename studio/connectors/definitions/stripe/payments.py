"""Payments, as payment intents or as charges: whatever a shop has kept of them."""

from dataclasses import dataclass
from typing import Any

from studio.connectors.api import Api
from studio.connectors.definitions.stripe.asking import checked, failed, get
from studio.core.i18n import gettext as _

PREFIXES = ("pi_", "ch_", "py_")


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid."""

    given: str
    """The id that it was asked for by."""
    charge: Any

    @property
    def named(self) -> dict[str, str]:
        """As refunds name it."""
        return {"payment_intent" if self.given.startswith("pi_") else "charge": self.given}

    @property
    def currency(self) -> str:
        """In capitals."""
        return str(self.charge["currency"]).upper()


def find(api: Api, identifier: str) -> Payment:
    """A payment by either id. Raises ApiError, also where nothing was paid yet."""
    wanted = checked(identifier, PREFIXES, "payment")
    if not wanted.startswith("pi_"):
        return Payment(wanted, get(api, f"/v1/charges/{wanted}"))
    intent = get(api, f"/v1/payment_intents/{wanted}", {"expand[]": ["latest_charge"]})
    charge = intent.get("latest_charge")
    if not isinstance(charge, dict):
        words = _("The payment %(id)s has not been paid (%(state)s).", id=wanted, state=str(intent.get("status"))[:40])
        raise failed(words, "not_paid", "payment")
    return Payment(wanted, charge)
