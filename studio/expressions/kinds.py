"""The kinds of value an expression can have, and what people call them."""

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
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list | tuple):
        return "list"
    if hasattr(value, "keys"):
        return "object"
    if hasattr(value, "isoformat"):
        return "timestamp"
    return "number"
