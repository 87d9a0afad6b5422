"""Numbers as merchants expect them: decimal arithmetic, whatever JSON happened to hold.

The rule, in full (also in docs/decisions/cel-for-expressions.md):

1. A path alone (``trigger.order.id``) is handed on untouched: ids of any length stay exact.
2. Whole numbers stay whole and exact up to 19 digits; a calculation that leaves them is an
   error. Larger ones in the data are computed with as decimals.
3. A whole number, a decimal and a text that holds a plain number (``"150.00"``, as shops send
   money) mix freely in ``- * / %`` and in comparisons. Decimals are computed as decimals:
   ``0.1 + 0.2 == 0.3`` and ``7 / 2 == 3.5``.
4. ``+`` adds numbers or joins texts, never one to the other: its meaning may not depend on what
   a text happens to hold. ``double(x)`` or ``string(x)`` says which is meant.
5. A computed number that is whole comes back whole (``150``, not ``150.0``); one that is not a
   number or has no end (division by zero) is an error.
"""

import re
from collections.abc import Callable
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from studio.core.i18n import gettext as _
from studio.expressions.work import Fault

Number = int | float
Operand = int | float | str

LARGEST, SMALLEST = 2**63 - 1, -(2**63)
_PLAIN = re.compile(r"\s{0,8}-?\d{1,30}(?:\.\d{1,20})?\s{0,8}", re.ASCII)
_CONTEXT = Context(prec=34, traps=[DivisionByZero, InvalidOperation, Overflow])


def is_numeric_text(text: str) -> bool:
    """Whether a text is a plain number such as ``150.00`` or ``-3``."""
    return _PLAIN.fullmatch(text) is not None


def to_decimal(value: Operand) -> Decimal:
    """The exact decimal of a number as it is written. Raises Fault for other text."""
    if isinstance(value, str):
        if not is_numeric_text(value):
            raise Fault("expression.type", _("A number is needed here, but the text is not a number."))
        return Decimal(value.strip())
    if isinstance(value, int) or value.is_integer():
        return Decimal(int(value))
    return Decimal(repr(value))


def to_number(value: Operand) -> Number:
    """The same as a number: whole texts become whole numbers."""
    if not isinstance(value, str):
        return value
    exact = to_decimal(value)
    if exact == exact.to_integral_value() and SMALLEST <= exact <= LARGEST:
        return int(exact)
    return float(exact)


def _fit(value: int) -> int:
    if SMALLEST <= value <= LARGEST:
        return value
    raise Fault("expression.value", _("The number is too large to compute with."))


def _decimal(operation: Callable[[Decimal, Decimal], Decimal], a: Operand, b: Operand) -> Number:
    try:
        return float(operation(to_decimal(a), to_decimal(b)))
    except Overflow:
        raise Fault("expression.value", _("The number is too large to compute with.")) from None
    except InvalidOperation:
        raise Fault("expression.value", _("The result of this calculation is not a number.")) from None


def add(a: Operand, b: Operand) -> Number:
    if isinstance(a, int) and isinstance(b, int):
        return _fit(a + b)
    return _decimal(_CONTEXT.add, a, b)


def subtract(a: Operand, b: Operand) -> Number:
    a, b = to_number(a), to_number(b)
    if isinstance(a, int) and isinstance(b, int):
        return _fit(a - b)
    return _decimal(_CONTEXT.subtract, a, b)


def multiply(a: Operand, b: Operand) -> Number:
    a, b = to_number(a), to_number(b)
    if isinstance(a, int) and isinstance(b, int):
        return _fit(a * b)
    return _decimal(_CONTEXT.multiply, a, b)


def divide(a: Operand, b: Operand) -> Number:
    a, b = to_number(a), to_number(b)
    if b == 0:
        raise Fault("expression.value", _("The expression divides by zero."))
    if isinstance(a, int) and isinstance(b, int) and a % b == 0:
        return _fit(a // b)
    return _decimal(_CONTEXT.divide, a, b)


def remainder(a: Operand, b: Operand) -> Number:
    """What is left after dividing; it has the sign of ``a``, as in CEL."""
    a, b = to_number(a), to_number(b)
    if b == 0:
        raise Fault("expression.value", _("The expression divides by zero."))
    if isinstance(a, int) and isinstance(b, int):
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    return _decimal(_CONTEXT.remainder, a, b)


def negate(a: Operand) -> Number:
    return subtract(0, a)


def as_text(value: Number) -> str:
    """A number as people write it: ``1234567.89``, ``150``; never ``1.5e+06``."""
    if isinstance(value, int):
        return str(value)
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124 (NaN)
        raise Fault("expression.value", _("The result of this calculation is not a number."))
    if value == int(value):
        return str(int(value)) if abs(value) < 1e21 else repr(value)
    return format(Decimal(repr(value)), "f") if abs(value) > 1e-12 else repr(value)


def whole(value: Operand) -> Number:
    """``int(x)``: the number without what is behind the point."""
    if isinstance(value, float) and not abs(value) < 1e19:
        raise Fault("expression.value", _("The number is too large to be a whole number here."))
    found = int(to_decimal(value))
    if not SMALLEST <= found <= LARGEST:
        raise Fault("expression.value", _("The number is too large to be a whole number here."))
    return found


def decimal(value: Operand) -> float:
    """``double(x)``: a number, also out of a text such as ``150.00``."""
    if isinstance(value, str):
        if not is_numeric_text(value):
            try:
                return float(value)
            except ValueError:
                pass
        return float(to_decimal(value))
    return float(value)


def rounded(value: Operand, digits: int = 0) -> Number:
    """Half away from zero, the way an invoice rounds."""
    if not -10 <= digits <= 10:
        raise Fault("expression.value", _("Round to between 0 and 10 places."))
    exact = to_decimal(to_number(value))
    if not exact.is_finite():
        raise Fault("expression.value", _("The result of this calculation is not a number."))
    if exact.adjusted() + digits > 30:
        return to_number(value)
    result = exact.quantize(Decimal(1).scaleb(-digits), rounding="ROUND_HALF_UP", context=_CONTEXT)
    if result == result.to_integral_value() and SMALLEST <= result <= LARGEST:
        return int(result)
    return float(result)
