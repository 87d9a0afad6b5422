"""The kinds of value an expression can have, and what people call them."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

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

WORDS: dict[Kind, str] = {
    "any": "a value",
    "bool": "yes or no",
    "number": "a number",
    "string": "a text",
    "list": "a list",
    "object": "an object with fields",
    "null": "empty",
    "timestamp": "a date",
    "duration": "a length of time",
    "bytes": "raw bytes",
    "type": "the name of a kind",
    "optional": "a value that may be missing",
}


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
