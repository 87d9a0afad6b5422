"""The filters of ``{{ value | filter: arg }}``: how values become text for people.

Amounts are Decimal from the first to the last; locale, currency and time zone come from the
workspace.
"""

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import (
    NumberFormatError,
    UnknownCurrencyError,
    format_currency,
    format_decimal,
    format_percent,
    validate_currency,
)

from studio.core.i18n import gettext as _
from studio.expressions import arithmetic
from studio.expressions.kinds import Kind, kind_of, words_of
from studio.expressions.limits import MAX_OUTPUT_CHARACTERS
from studio.expressions.work import Fault

_STYLES = ("short", "medium", "long", "full")


@dataclass(frozen=True, slots=True)
class Manner:
    """How this workspace writes dates and amounts."""

    locale: Locale
    time_zone: tzinfo
    currency: str | None

    @classmethod
    def of(cls, workspace: object) -> "Manner":
        """From the root ``workspace``; English and UTC where it says nothing usable."""
        facts = workspace if isinstance(workspace, Mapping) else {}
        currency = facts.get("currency")
        return cls(
            _locale(str(facts.get("locale") or "en")),
            _zone(str(facts.get("time_zone") or "UTC")),
            currency if isinstance(currency, str) and currency else None,
        )


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


@lru_cache(maxsize=256)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: ``run(value, manner, *arguments)``; ``counts`` is how many arguments it takes.

    ``takes`` are the kinds of value it works on, empty for any.
    """

    name: str
    usage: str
    detail: str
    gives: Kind
    counts: tuple[int, ...]
    run: Callable[..., object]
    takes: tuple[Kind, ...] = ()


def text_of(value: object) -> str:
    """A value inside a text: empty for null, ``150`` for 150.0, JSON for lists and objects."""
    if isinstance(value, str):
        return value
    for types, write in _WRITERS:
        if isinstance(value, types):
            return write(value)
    return as_json(value)


_WRITERS: list[tuple[type | tuple[type, ...], Callable[..., str]]] = [
    (type(None), lambda _value: ""),
    (bool, lambda value: "true" if value else "false"),
    ((int, float), arithmetic.as_text),
    (Decimal, lambda value: format(value, "f")),
    (date, lambda value: value.isoformat()),
]


def as_json(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=text_of)
    except (ValueError, RecursionError):
        raise Fault("expression.too_large", _("The value is too deep to be written as text.")) from None


def amount(value: object) -> Decimal:
    """A number, or a text that holds one, exactly."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Fault("expression.type", _("The value is %(words)s, not a number.", words=words_of(kind_of(value))))
    return arithmetic.to_decimal(value)


def _money(value: object, manner: Manner, currency: object = None) -> str:
    """A number in the named or the workspace's currency, or an object that says its own, as shops send them."""
    if isinstance(value, Mapping):
        currency = currency or value.get("currency") or value.get("currency_code")
        value = value.get("amount")
    code = currency if currency is not None else manner.currency
    if not isinstance(code, str):
        raise Fault("expression.value", _('The currency is missing. Write money: "EUR".'))
    try:
        validate_currency(code.upper())
        return format_currency(amount(value), code.upper(), locale=manner.locale)
    except UnknownCurrencyError:
        raise Fault("expression.value", _("There is no currency “%(code)s”.", code=code[:10])) from None
    except (NumberFormatError, ArithmeticError):
        raise Fault("expression.value", _("The amount cannot be written.")) from None


def _number(value: object, manner: Manner, digits: object = None) -> str:
    exact = amount(value)
    if digits is None:
        return format_decimal(exact, locale=manner.locale, decimal_quantization=False)
    places = _places(digits)
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(exact, format=pattern, locale=manner.locale)


def _percent(value: object, manner: Manner, digits: object = 0) -> str:
    places = _places(digits)
    pattern = "#,##0" + ("." + "0" * places if places else "") + "%"
    return format_percent(amount(value), format=pattern, locale=manner.locale)


def _places(digits: object) -> int:
    if type(digits) is not int or not 0 <= digits <= 10:
        raise Fault("expression.value", _("Places are a whole number from 0 to 10."))
    return digits


def _round(value: object, _manner: Manner, digits: object = 0) -> object:
    exact = amount(value)
    operand = value if isinstance(value, int | float | str) else text_of(exact)
    return arithmetic.rounded(operand, _places(digits))


def moment(value: object) -> datetime | date:
    """A date or a moment out of its ISO 8601 text."""
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            pass
    raise Fault("expression.type", _("The value is not a date such as 2026-03-31 or 2026-03-31T09:00:00Z."))


def _style(style: object) -> str:
    if style not in _STYLES:
        raise Fault("expression.value", _("A date is written short, medium, long or full."))
    return str(style)


def _local(value: object, manner: Manner) -> datetime | date:
    found = moment(value)
    if isinstance(found, datetime):
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(manner.time_zone)
    return found


def _date(value: object, manner: Manner, style: object = "medium") -> str:
    found = _local(value, manner)
    day = found.date() if isinstance(found, datetime) else found
    return format_date(day, format=_style(style), locale=manner.locale)


def _time(value: object, manner: Manner, style: object = "short") -> str:
    found = _local(value, manner)
    if not isinstance(found, datetime):
        raise Fault("expression.type", _("The value is a day without a time."))
    return format_time(found, format=_style(style), tzinfo=manner.time_zone, locale=manner.locale)


def _datetime(value: object, manner: Manner, style: object = "medium") -> str:
    found = _local(value, manner)
    if not isinstance(found, datetime):
        return format_date(found, format=_style(style), locale=manner.locale)
    return format_datetime(found, format=_style(style), tzinfo=manner.time_zone, locale=manner.locale)


def _entries(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise Fault("expression.type", _("The value is %(words)s, not a list.", words=words_of(kind_of(value))))
    return list(value)


def _join(value: object, _manner: Manner, separator: object = ", ") -> str:
    return text_of(separator).join(text_of(entry) for entry in _entries(value))


def _at(position: int) -> Callable[..., object]:
    def pick(value: object, _manner: Manner) -> object:
        entries = _entries(value)
        return entries[position] if entries else None

    return pick


def _length(value: object, _manner: Manner) -> int:
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise Fault("expression.type", _("The value is %(words)s; it has no length.", words=words_of(kind_of(value))))


def _text(function: Callable[[str], str]) -> Callable[..., object]:
    return lambda value, _manner: function(text_of(value))


def _replace(value: object, _manner: Manner, old: object, new: object) -> str:
    text, was, becomes = text_of(value), text_of(old), text_of(new)
    if len(text) + text.count(was) * len(becomes) > MAX_OUTPUT_CHARACTERS:
        raise Fault("expression.too_large", _("The result is too large."))
    return text.replace(was, becomes)


def _truncate(value: object, _manner: Manner, length: object = 80) -> str:
    if type(length) is not int or not 1 <= length <= 100_000:
        raise Fault("expression.value", _("A length is a whole number from 1."))
    text = text_of(value)
    return text if len(text) <= length else text[: length - 1] + "…"


def _default(value: object, _manner: Manner, other: object) -> object:
    return other if value is None or value == "" else value


_NUMBERS: tuple[Kind, ...] = ("number", "string")
_AMOUNTS: tuple[Kind, ...] = ("number", "string", "object")
"""An object is `{"amount", "currency"}` (or `"currency_code"`): an order's currency need not be the workspace's."""
_DATES: tuple[Kind, ...] = ("string", "timestamp")
_LISTS: tuple[Kind, ...] = ("list",)

_ALL = [
    Filter("money", 'money: "EUR"', "An amount with its currency", "string", (0, 1), _money, _AMOUNTS),
    Filter("number", "number: 2", "A number as people write it", "string", (0, 1), _number, _NUMBERS),
    Filter("percent", "percent: 1", "0.25 as 25%", "string", (0, 1), _percent, _NUMBERS),
    Filter("round", "round: 2", "The number rounded", "number", (0, 1), _round, _NUMBERS),
    Filter("date", 'date: "medium"', "A day: short, medium, long, full", "string", (0, 1), _date, _DATES),
    Filter("time", 'time: "short"', "The time of day", "string", (0, 1), _time, _DATES),
    Filter("datetime", 'datetime: "medium"', "Day and time", "string", (0, 1), _datetime, _DATES),
    Filter("join", 'join: ", "', "A list as one text", "string", (0, 1), _join, _LISTS),
    Filter("first", "first", "The first entry of a list", "any", (0,), _at(0), _LISTS),
    Filter("last", "last", "The last entry of a list", "any", (0,), _at(-1), _LISTS),
    Filter("length", "length", "How many entries or characters", "number", (0,), _length, ("string", "list", "object")),
    Filter("upper", "upper", "In capital letters", "string", (0,), _text(str.upper)),
    Filter("lower", "lower", "In small letters", "string", (0,), _text(str.lower)),
    Filter("trim", "trim", "Without spaces around it", "string", (0,), _text(str.strip)),
    Filter("replace", 'replace: "old", "new"', "With a part replaced", "string", (2,), _replace),
    Filter("truncate", "truncate: 80", "Cut to a length", "string", (0, 1), _truncate),
    Filter("default", 'default: "none"', "A stand-in for what is missing", "any", (1,), _default),
    Filter("json", "json", "As JSON", "string", (0,), lambda value, _manner: as_json(value)),
    Filter("escape", "escape", "Safe inside HTML", "string", (0,), _text(html.escape)),
    Filter(
        "urlencode",
        "urlencode",
        "Safe inside an address",
        "string",
        (0,),
        _text(lambda text: quote(text, safe="")),
    ),
]

FILTERS: dict[str, Filter] = {one.name: one for one in _ALL}
