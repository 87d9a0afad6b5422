"""The functions and operators that run in Python rather than in the engine.

Three reasons put one here: it makes its result longer than its input (so it pays from the
budget of ``work``), it treats numbers by the rule of ``arithmetic``, or CEL does not have it.
Arguments arrive as plain Python values; Fault is the only way to fail.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Literal, get_args

from studio.core.i18n import gettext
from studio.expressions import arithmetic
from studio.expressions.limits import CHARACTERS_PER_VALUE
from studio.expressions.work import Fault, spend

Kind = Literal["int", "double", "string", "bool", "list", "map", "timestamp", "duration", "null"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NUMBERS: tuple[Kind, ...] = ("int", "double")
NUMERIC: tuple[Kind, ...] = ("int", "double", "string")


NO_DATE = "expression.no_date"
"""The code of a value that should be a date and is none."""


@dataclass(frozen=True, slots=True)
class Overload:
    """One implementation: which kinds it takes and gives (None: whatever it returns)."""

    kinds: tuple[Kind, ...]
    function: Callable[..., object]
    gives: Kind | None = None
    member: bool = False


def _timestamp(value: datetime | str) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        parsed = datetime.fromisoformat(value.strip())
    except ValueError:
        raise Fault(
            NO_DATE, gettext("A date is needed here, but the text is not a date such as 2026-03-31T09:00:00Z.")
        ) from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def is_date(text: str) -> bool:
    """Whether a text can be read as a moment."""
    try:
        _timestamp(text)
    except Fault:
        return False
    return True


def _time(compute: Callable[[], object]) -> object:
    try:
        return compute()
    except OverflowError:
        raise Fault("expression.value", gettext("The date is outside the years 1 to 9999.")) from None


def _join_texts(a: str, b: str) -> str:
    spend(len(a) + len(b))
    return a + b


def _join_lists(a: list[object], b: list[object]) -> list[object]:
    spend((len(a) + len(b)) * CHARACTERS_PER_VALUE)
    return a + b


def _mixed(_a: object, _b: object) -> object:
    raise Fault(
        "expression.type",
        gettext(
            "“+” cannot add a number to a text. Write double(…) around the text to add, or string(…) "
            "around the number to join."
        ),
    )


def _pairs(a: Sequence[Kind], b: Sequence[Kind]) -> list[tuple[Kind, ...]]:
    return list(product(a, b))


def _numeric(function: Callable[..., object]) -> list[Overload]:
    return [Overload(kinds, function) for kinds in _pairs(NUMERIC, NUMERIC)]


_DATES: tuple[Kind, ...] = ("timestamp", "string")

ARITHMETIC: dict[str, list[Overload]] = {
    "_+_": [
        *(Overload(kinds, arithmetic.add) for kinds in _pairs(NUMBERS, NUMBERS)),
        *(Overload((k, "string"), _mixed) for k in NUMBERS),
        *(Overload(("string", k), _mixed) for k in NUMBERS),
        Overload(("string", "string"), _join_texts),
        Overload(("list", "list"), _join_lists),
        Overload(("timestamp", "duration"), lambda a, b: _time(lambda: a + b), "timestamp"),
        Overload(("duration", "timestamp"), lambda a, b: _time(lambda: a + b), "timestamp"),
        Overload(("duration", "duration"), lambda a, b: _time(lambda: a + b), "duration"),
        Overload(("string", "duration"), lambda a, b: _time(lambda: _timestamp(a) + b), "timestamp"),
    ],
    "_-_": [
        *_numeric(arithmetic.subtract),
        Overload(("timestamp", "timestamp"), lambda a, b: a - b, "duration"),
        Overload(("timestamp", "string"), lambda a, b: a - _timestamp(b), "duration"),
        Overload(("string", "timestamp"), lambda a, b: _timestamp(a) - b, "duration"),
        Overload(("timestamp", "duration"), lambda a, b: _time(lambda: a - b), "timestamp"),
        Overload(("string", "duration"), lambda a, b: _time(lambda: _timestamp(a) - b), "timestamp"),
        Overload(("duration", "duration"), lambda a, b: _time(lambda: a - b), "duration"),
    ],
    "_*_": _numeric(arithmetic.multiply),
    "_/_": _numeric(arithmetic.divide),
    "_%_": _numeric(arithmetic.remainder),
}
"""Operators that replace the engine's own, so that numbers follow the rule."""


def _order(compare: Callable[[object, object], bool]) -> list[Overload]:
    def numbers(a: arithmetic.Operand, b: arithmetic.Operand) -> bool:
        return compare(arithmetic.to_decimal(a), arithmetic.to_decimal(b))

    def dates(a: datetime | str, b: datetime | str) -> bool:
        return compare(_timestamp(a), _timestamp(b))

    mixed = [k for k in _pairs(NUMERIC, NUMERIC) if (k[0] == "string") != (k[1] == "string")]
    return [
        *(Overload(kinds, numbers, "bool") for kinds in mixed),
        Overload(("timestamp", "string"), dates, "bool"),
        Overload(("string", "timestamp"), dates, "bool"),
    ]


def same(a: object, b: object) -> bool:
    """Equality by the number rule, all the way down; pays for each value it looks at."""
    spend(1)
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, int | float) or isinstance(b, int | float):
        return _same_number(a, b)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


def _same_number(a: object, b: object) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return a == b
    text = a if isinstance(a, str) else b
    if not isinstance(text, str) or not arithmetic.is_numeric_text(text):
        return False
    number = b if text is a else a
    return isinstance(number, int | float) and Decimal(text.strip()) == arithmetic.to_decimal(number)


EQUALITY: dict[str, list[Overload]] = {
    "_==_": [Overload(kinds, same, "bool") for kinds in _pairs(KINDS, KINDS)],
    "_!=_": [Overload(kinds, lambda a, b: not same(a, b), "bool") for kinds in _pairs(KINDS, KINDS)],
}
"""Equality where a number may meet a text; the engine's own is used everywhere else."""

ADDED: dict[str, list[Overload]] = {
    "_<_": _order(lambda a, b: a < b),  # type: ignore[operator]
    "_<=_": _order(lambda a, b: a <= b),  # type: ignore[operator]
    "_>_": _order(lambda a, b: a > b),  # type: ignore[operator]
    "_>=_": _order(lambda a, b: a >= b),  # type: ignore[operator]
    "-_": [Overload(("string",), arithmetic.negate)],
}
"""What the engine's own operators do not take: a number and a text that holds one, dates as text."""


def _duration_text(value: timedelta) -> str:
    seconds = arithmetic.to_decimal(value.days * 86_400 + value.seconds) + (
        arithmetic.to_decimal(value.microseconds) / 1_000_000
    )
    return f"{format(seconds.normalize(), 'f')}s"


def timestamp_text(value: datetime) -> str:
    """A moment as ISO 8601 in UTC, ending in ``Z``."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def duration_text(value: timedelta) -> str:
    """A duration in seconds, such as ``5400s``."""
    return _duration_text(value)


CONVERSIONS: dict[str, list[Overload]] = {
    "string": [
        *(Overload((k,), arithmetic.as_text, "string") for k in NUMBERS),
        Overload(("string",), lambda a: a, "string"),
        Overload(("bool",), lambda a: "true" if a else "false", "string"),
        Overload(("null",), lambda _: "", "string"),
        Overload(("timestamp",), timestamp_text, "string"),
        Overload(("duration",), duration_text, "string"),
    ],
    "int": [
        *(Overload((k,), arithmetic.whole, "int") for k in NUMERIC),
        Overload(("timestamp",), lambda a: int(a.timestamp() // 1), "int"),
    ],
    "double": [Overload((k,), arithmetic.decimal, "double") for k in NUMERIC],
}
"""Conversions that replace the engine's own."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)


def _moment(text: str) -> str:
    """A date as the engine reads it: shops also write a day alone, or leave the zone out (UTC, then)."""
    return text if _MOMENT.fullmatch(text) else timestamp_text(_timestamp(text))


def _no_moment(_: None) -> str:
    raise Fault(NO_DATE, gettext("A date is needed here, but the value is empty."))


PREPARING: dict[str, list[Overload]] = {
    "@moment": [
        Overload(("string",), _moment, "string"),
        Overload(("null",), _no_moment, "string"),
        *(Overload((k,), lambda a: a, k) for k in KINDS if k not in ("string", "null")),
    ]
}
PREPARED = {"timestamp": "@moment"}
"""By function of the engine: which of `PREPARING` makes ready what it is given."""


def _both(kinds: tuple[Kind, ...], function: Callable[..., object], gives: Kind) -> list[Overload]:
    return [Overload(kinds, function, gives), Overload(kinds, function, gives, member=True)]


def _text(function: Callable[[str], str]) -> list[Overload]:
    def run(text: str) -> str:
        spend(len(text))
        return function(text)

    return _both(("string",), run, "string")


def _replace(text: str, old: str, new: str) -> str:
    spend(len(text) + text.count(old) * len(new))
    return text.replace(old, new)


def _substring(text: str, start: int, end: int | None = None) -> str:
    last = len(text) if end is None else end
    if not 0 <= start <= last <= len(text):
        raise Fault("expression.value", gettext("The text has only %(text)s characters.", text=len(text)))
    spend(last - start)
    return text[start:last]


def _split(text: str, separator: str) -> list[str]:
    pieces = text.count(separator) + 1 if separator else len(text)
    spend(len(text) + pieces * CHARACTERS_PER_VALUE)
    return text.split(separator) if separator else list(text)


def _join(parts: list[object], separator: str = "") -> str:
    texts = [_word(part) for part in parts]
    spend(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return arithmetic.as_text(value)
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    raise Fault("expression.type", gettext("join needs a list of texts or numbers."))


def _numbers(values: list[object]) -> list[arithmetic.Operand]:
    spend(len(values))
    found: list[arithmetic.Operand] = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise Fault("expression.type", gettext("A list of numbers is needed here."))
        found.append(arithmetic.to_number(value))
    return found


def _sum(values: list[object]) -> object:
    total: arithmetic.Number = 0
    for value in _numbers(values):
        total = arithmetic.add(total, value)
    return total


def _extreme(choose: Callable[..., object], name: str) -> list[Overload]:
    def of_list(values: list[object]) -> object:
        if not values:
            raise Fault("expression.value", gettext("%(name)s needs a list with at least one number.", name=name))
        return choose(_numbers(values), key=arithmetic.to_decimal)

    def of_two(a: arithmetic.Operand, b: arithmetic.Operand) -> object:
        pair = (arithmetic.to_number(a), arithmetic.to_number(b))
        return choose(pair, key=arithmetic.to_decimal)

    return [
        Overload(("list",), of_list),
        Overload(("list",), of_list, member=True),
        *(Overload(kinds, of_two) for kinds in _pairs(NUMERIC, NUMERIC)),
    ]


def _floor(value: arithmetic.Operand) -> arithmetic.Number:
    near = arithmetic.whole(value)
    return near if arithmetic.to_decimal(value) >= near else arithmetic.subtract(near, 1)


def _ceil(value: arithmetic.Operand) -> arithmetic.Number:
    near = arithmetic.whole(value)
    return near if arithmetic.to_decimal(value) <= near else arithmetic.add(near, 1)


def _absolute(value: arithmetic.Operand) -> arithmetic.Number:
    number = arithmetic.to_number(value)
    return arithmetic.negate(number) if number < 0 else number


FUNCTIONS: dict[str, list[Overload]] = {
    "lower": _text(str.lower),
    "upper": _text(str.upper),
    "trim": _text(str.strip),
    "replace": _both(("string", "string", "string"), _replace, "string"),
    "substring": [
        *_both(("string", "int"), _substring, "string"),
        *_both(("string", "int", "int"), _substring, "string"),
    ],
    "split": _both(("string", "string"), _split, "list"),
    "join": [
        *_both(("list", "string"), _join, "string"),
        *_both(("list",), _join, "string"),
    ],
    "sum": [Overload(("list",), _sum), Overload(("list",), _sum, member=True)],
    "min": _extreme(min, "min"),
    "max": _extreme(max, "max"),
    "round": [
        *(Overload((k,), arithmetic.rounded) for k in NUMERIC),
        *(Overload((k, "int"), arithmetic.rounded) for k in NUMERIC),
    ],
    "floor": [Overload((k,), _floor) for k in NUMERIC],
    "ceil": [Overload((k,), _ceil) for k in NUMERIC],
    "abs": [Overload((k,), _absolute) for k in NUMERIC],
}
"""What CEL does not have."""
