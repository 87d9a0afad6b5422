"""Amounts: whole numbers of a currency's smallest part there, decimal texts here."""

from decimal import Decimal, InvalidOperation

from studio.connectors.definitions.stripe.asking import failed
from studio.core.i18n import gettext as _

_WITHOUT = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
"""All others have two; so have ISK and UGX at Stripe, though nothing is smaller than one of them."""
_MOST = 99_999_999_999


def places(currency: str) -> int:
    """How many decimals Stripe counts a currency in."""
    currency = currency.upper()
    return 0 if currency in _WITHOUT else 3 if currency in _THREE else 2


def text(amount: int, currency: str) -> str:
    """420.00 out of 42000."""
    decimals = places(currency)
    return f"{Decimal(amount).scaleb(-decimals):.{decimals}f}"


def units(amount: str, currency: str, field: str) -> int:
    """42000 out of 420 or 420.00. Raises ApiError that names the field."""
    try:
        exact = Decimal(amount.strip())
    except InvalidOperation:
        exact = Decimal("NaN")
    whole = exact.scaleb(places(currency)) if exact.is_finite() and abs(exact) <= _MOST else None
    if whole is None or whole != whole.to_integral_value() or whole > _MOST:
        words = _("“%(amount)s” is no amount in %(currency)s. Write it with at most %(places)s decimals.",
                  amount=amount[:40], currency=currency.upper()[:10], places=places(currency))  # fmt: skip
        raise failed(words, "amount", field)
    if whole <= 0:
        raise failed(_("The amount must be more than nothing."), "amount", field)
    return int(whole)
