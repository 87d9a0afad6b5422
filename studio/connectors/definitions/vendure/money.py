"""Amounts: whole numbers of the shop's smallest part there, decimal texts here."""

from decimal import Decimal, InvalidOperation
from typing import Any

from studio.connectors.definitions.vendure.asking import failed
from studio.core.i18n import gettext as _

PRECISION = "globalSettings { serverConfig { moneyStrategyPrecision } }"
"""How many decimals the shop keeps, the same for all its currencies; asked along with whatever is about money."""
_MOST = 2_147_483_647
"""Vendure keeps amounts as whole numbers of 32 bits."""


def precision(data: Any) -> int:
    """Of an answer to PRECISION."""
    return int(data["globalSettings"]["serverConfig"]["moneyStrategyPrecision"])


def text(amount: int, places: int) -> str:
    """380.00 out of 38000."""
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


def units(amount: str, places: int, field: str, *, zero: bool = False) -> int:
    """38000 out of 380 or 380.00. Raises ApiError that names the field; `zero`: nothing is an amount too."""
    try:
        exact = Decimal(amount.strip())
    except InvalidOperation:
        exact = Decimal("NaN")
    whole = exact.scaleb(places) if exact.is_finite() and abs(exact) <= _MOST else None
    if whole is None or whole != whole.to_integral_value() or abs(whole) > _MOST:
        words = _("“%(amount)s” is no amount this shop takes. Write it as 12.50, with at most %(places)s decimals.",
                  amount=amount[:40], places=places)  # fmt: skip
        raise failed(words, "amount", field)
    if exact < 0 or (exact == 0 and not zero):
        raise failed(_("The amount must be more than nothing."), "amount", field)
    return int(whole)


def same_currency(wanted: str, actual: str, field: str = "currency") -> None:
    """Raises ApiError where an amount is meant in another currency than the shop's."""
    if wanted.strip().upper() != actual:
        words = _("This is in %(actual)s, not in %(wanted)s. Nothing was done.", actual=actual, wanted=wanted[:10])
        raise failed(words, "other_currency", field)
