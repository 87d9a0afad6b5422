"""The kinds of value an expression can have, and what people call them."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from studio.core.i18n import gettext, marked

Kind = Literal[
    "any",
    "bool",
    "number",
    "string",
    "list",
    "object",
    "null",
    "timestamp",
    "duration",
    "bytes",
    "type",
    "optional",
]

_WORDS: dict[Kind, str] = {
    "any": marked("a value"),
    "bool": marked("yes or no"),
    "number": marked("a number"),
    "string": marked("a text"),
    "list": marked("a list"),
    "object": marked("an object with fields"),
    "null": marked("empty"),
    "timestamp": marked("a date"),
    "duration": marked("a length of time"),
    "bytes": marked("raw bytes"),
    "type": marked("the name of a kind"),
    "optional": marked("a value that may be missing"),
}


def words_of(kind: Kind) -> str:
    """What people call a kind, in their language."""
    return gettext(_WORDS[kind])


def kind_of(value: object) -> Kind:
    """The kind of a JSON value (a decimal counts as a number, a date as a date)."""
    for types, kind in _PYTHON:
        if isinstance(value, types):
            return kind
    return "any"


_PYTHON: list[tuple[type | tuple[type, ...], Kind]] = [
    (type(None), "null"),
    (bool, "bool"),
    (str, "string"),
    ((int, float, Decimal), "number"),
    ((list, tuple), "list"),
    (Mapping, "object"),
    (date, "timestamp"),
    (timedelta, "duration"),
]
