"""Amounts of money as decimals: never floats, always with the currency's own number of decimals."""

import decimal
from decimal import Decimal
from functools import cache
from typing import Any

from babel.numbers import get_currency_precision, list_currencies

from studio.core.i18n import gettext as _

LARGEST = Decimal(10) ** 15
_ROUNDING = {
    "half_up": decimal.ROUND_HALF_UP,
    "half_even": decimal.ROUND_HALF_EVEN,
    "up": decimal.ROUND_UP,
    "down": decimal.ROUND_DOWN,
}
_CONTEXT = decimal.Context(prec=60)
"""Wide enough that no product of two amounts is rounded before it is asked to be."""


class MoneyError(ValueError):
    """Something that is no money. `field` is the config field it came from."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def currency(code: str) -> str:
    """The code in capitals. Raises MoneyError for one that nobody uses."""
    found = code.strip().upper()
    if found not in _currencies():
        raise MoneyError(
            _("There is no currency “%(code)s”. Write three letters, such as EUR.", code=code.strip()[:10]),
            "config.currency",
        )
    return found


@cache
def _currencies() -> frozenset[str]:
    """Read at the first amount: Babel's tables hold 2 MiB, and most processes never see one."""
    return frozenset(list_currencies())


def decimals(code: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(code)


def added(one: Decimal, other: Decimal) -> Decimal:
    """The sum, unrounded."""
    return _CONTEXT.add(one, other)


def times(one: Decimal, other: Decimal) -> Decimal:
    """The product, unrounded."""
    return _CONTEXT.multiply(one, other)


def per_cent(amount: Decimal, rate: Decimal) -> Decimal:
    """So many per cent of the amount, unrounded."""
    return times(amount, rate).scaleb(-2, _CONTEXT)


def from_minor(amount: Decimal, code: str) -> Decimal:
    """420.00 out of 42000 (cents). Raises MoneyError for parts of a minor unit."""
    if amount != amount.to_integral_value():
        raise MoneyError(_("An amount in minor units is a whole number."), "config.amount")
    return amount.scaleb(-decimals(code), _CONTEXT)


def rounded(amount: Decimal, code: str, rounding: str) -> Decimal:
    """The amount with the currency's decimals."""
    step = Decimal(1).scaleb(-decimals(code))
    return amount.quantize(step, rounding=_ROUNDING[rounding], context=_CONTEXT)


def output(amount: Decimal, code: str, rounding: str) -> dict[str, Any]:
    """`{"amount": "420.00", "currency": "EUR", "minor": 42000}`. Raises MoneyError for what is too large."""
    if abs(amount) >= LARGEST:
        raise MoneyError(_("The amount is too large."), "config.amount")
    final = rounded(amount, code, rounding)
    final = abs(final) if final.is_zero() else final
    minor = int(final.scaleb(decimals(code), _CONTEXT))
    return {"amount": f"{final:f}", "currency": code, "minor": minor}
