"""Pure: figures of a list, such as its sum and its largest value. Exact: money is added as decimals."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation, localcontext
from enum import StrEnum
from typing import Any

import orjson

from studio.core.i18n import gettext as _

DIGITS = 60
"""More than any sum of 10,000 amounts of 28 digits needs."""
LONGEST_NUMBER = 40
"""Characters of a number that came as a text."""


class Figure(StrEnum):
    """What is worked out of values."""

    COUNT = "count"
    SUM = "sum"
    AVERAGE = "average"
    SMALLEST = "smallest"
    LARGEST = "largest"
    DIFFERENT = "different"


class FigureError(ValueError):
    """A value that does not fit; its text is a sentence for people."""


def figure(kind: Figure, values: Sequence[Any]) -> Any:
    """Of values, of which null is passed over; of none: 0, an empty list, or null where there is no answer.

    Sums and averages are numbers, also of texts such as 19.90. Raises FigureError.
    """
    known = [value for value in values if value is not None]
    match kind:
        case Figure.COUNT:
            return len(known)
        case Figure.DIFFERENT:
            return list({key_of(value): value for value in known}.values())
        case Figure.SUM:
            return _plain(_sum([_decimal(value) for value in known]))
        case Figure.AVERAGE:
            return _average([_decimal(value) for value in known]) if known else None
        case Figure.SMALLEST:
            return _ordered(known)[0] if known else None
        case Figure.LARGEST:
            return _ordered(known)[-1] if known else None


def key_of(value: Any) -> str:
    """Equal for values that are the same in JSON, whatever order an object's fields have; 1 and 1.0 are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _sum(values: Sequence[Decimal]) -> Decimal:
    with localcontext(prec=DIGITS):
        return sum(values, Decimal(0))


def _average(values: Sequence[Decimal]) -> int | float:
    with localcontext(prec=DIGITS):
        return _plain(_sum(values) / len(values))


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise FigureError(_("“%(value)s” is no number.", value=_shown(value)))
    try:
        read = Decimal(str(value).strip()[:LONGEST_NUMBER])
    except InvalidOperation:
        raise FigureError(_("“%(value)s” is no number.", value=_shown(value))) from None
    if not read.is_finite() or len(str(value)) > LONGEST_NUMBER or abs(read.adjusted()) > LONGEST_NUMBER:
        raise FigureError(_("“%(value)s” is no number.", value=_shown(value)))
    return read


def _plain(value: Decimal) -> int | float:
    """A whole number stays one; what is too large for the databases becomes a floating one."""
    whole = value.to_integral_value()
    return int(whole) if whole == value and abs(whole) < 2**53 else float(value)


def _ordered(values: Sequence[Any]) -> list[Any]:
    """Numbers by size, texts by their letters; texts that all are numbers by size as well."""
    try:
        return sorted(values, key=_decimal)
    except FigureError:
        if all(isinstance(value, str) for value in values):
            return sorted(values)
    raise FigureError(_("Only numbers with numbers, and texts with texts, can be put in order."))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= LONGEST_NUMBER else f"{text[:LONGEST_NUMBER]}…"
