"""Data on its way into the engine and back: plain values only, counted and capped."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from studio.core.i18n import gettext as _
from studio.expressions import engine, library
from studio.expressions.arithmetic import LARGEST, SMALLEST
from studio.expressions.limits import (
    CHARACTERS_PER_VALUE,
    MAX_INPUT_CHARACTERS,
    MAX_INPUT_DEPTH,
    MAX_INPUT_NODES,
    MAX_OUTPUT_CHARACTERS,
    MAX_OUTPUT_DEPTH,
    MAX_OUTPUT_NODES,
)
from studio.expressions.work import Fault

_INTEGRAL = 2**53


class Intake:
    """Copies JSON values for the engine: exact dicts and lists, numbers it can hold."""

    def __init__(self) -> None:
        self.nodes = 0
        self.characters = 0

    @property
    def weight(self) -> int:
        """What was taken, in values: long texts count for several."""
        return self.nodes + self.characters // CHARACTERS_PER_VALUE

    def take(self, value: object, depth: int = 0) -> object:
        """The value, copied. Raises Fault for data that is too large, too deep or no JSON."""
        kind = type(value)
        if kind is str:
            return self.text(value)  # type: ignore[arg-type]
        self.nodes += 1
        if kind is dict or kind is list:
            return self.nested(value, depth)
        if kind is bool or kind is float or value is None:
            return value
        if kind is int and SMALLEST <= value <= LARGEST:  # type: ignore[operator]
            return value
        return self.other(value, depth)

    def text(self, value: str) -> str:
        self.nodes += 1
        self.characters += len(value)
        if self.characters > MAX_INPUT_CHARACTERS:
            raise Fault("expression.too_large", _("The data is too long for an expression."))
        if "\0" in value:
            # The engine would end the text there: "a\0b" must not pass for "a".
            value = value.replace("\0", "\ufffd")
        return value if value.isascii() else value.encode("utf-8", "replace").decode()

    def nested(self, value: object, depth: int) -> object:
        if depth >= MAX_INPUT_DEPTH:
            raise Fault("expression.too_large", _("The data is nested too deeply for an expression."))
        assert isinstance(value, Mapping | list | tuple)  # noqa: S101 (for mypy: callers looked)
        if self.nodes + len(value) > MAX_INPUT_NODES:
            raise Fault("expression.too_large", _("The data has too many fields for an expression."))
        if isinstance(value, Mapping):
            return {
                self.text(key if type(key) is str else str(key)): self.take(entry, depth + 1)
                for key, entry in value.items()
            }
        return [self.take(entry, depth + 1) for entry in value]

    def other(self, value: object, depth: int) -> object:
        """What is no exact JSON type: subclasses, numbers beyond the engine's, dates."""
        if isinstance(value, Mapping | list | tuple):
            return self.nested(value, depth)
        for types, read in _READERS:
            if isinstance(value, types):
                read_value = read(value)
                return self.text(read_value) if isinstance(read_value, str) else read_value
        raise Fault("expression.type", _("The data holds a value that expressions cannot read."))


def _whole(value: int) -> int | float:
    return int(value) if SMALLEST <= value <= LARGEST else _as_float(value)


def _exact(value: Decimal) -> int | float:
    whole = value.is_finite() and value == value.to_integral_value()
    return _whole(int(value)) if whole and abs(value) <= LARGEST else _as_float(value)


_READERS: list[tuple[type, Callable[..., object]]] = [
    (str, str),
    (int, _whole),
    (float, float),
    (Decimal, _exact),
    (datetime, library.timestamp_text),
    (date, date.isoformat),
    (timedelta, library.duration_text),
]
"""How values that are no exact JSON types are read; the first that fits."""


def _as_float(value: int | Decimal) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Fault("expression.value", _("The number is too large to compute with.")) from None


class Outlet:
    """Turns what the engine gives into JSON values, counted: shared parts may multiply."""

    def __init__(self) -> None:
        self.nodes = 0
        self.characters = 0

    def give(self, value: object, depth: int = 0) -> object:
        """The value as JSON. Raises Fault for what is too large or has no form in JSON."""
        if engine.is_value(value):
            value = engine.open_value(value)
        kind = type(value)
        if kind is bool or kind is int or value is None:
            self.count(1, 0)
            return value
        if kind is str:
            self.count(1, len(value))  # type: ignore[arg-type]
            return value
        if kind is float:
            self.count(1, 0)
            return settle(value)  # type: ignore[arg-type]
        return self.composite(value, depth)

    def composite(self, value: object, depth: int) -> object:
        self.count(1, 0)
        if depth >= MAX_OUTPUT_DEPTH:
            raise Fault("expression.too_large", _("The result is nested too deeply."))
        if isinstance(value, list):
            return [self.give(entry, depth + 1) for entry in value]
        if isinstance(value, dict):
            return {_key(key): self.give(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, datetime):
            return library.timestamp_text(value)
        if isinstance(value, timedelta):
            return library.duration_text(value)
        raise Fault(
            "expression.type",
            _("The result cannot be stored. End the expression in a text, number, list or object."),
        )

    def count(self, nodes: int, characters: int) -> None:
        self.nodes += nodes
        self.characters += characters
        if self.nodes > MAX_OUTPUT_NODES or self.characters > MAX_OUTPUT_CHARACTERS:
            raise Fault("expression.too_large", _("The result is too large."))


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def settle(number: float) -> int | float:
    """A computed number: whole ones come back whole, what is no number is refused."""
    if not math.isfinite(number):
        raise Fault("expression.value", _("The result of this calculation is not a number."))
    if -_INTEGRAL <= number <= _INTEGRAL and number.is_integer():
        return int(number)
    return number
