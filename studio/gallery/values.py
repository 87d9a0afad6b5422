"""An answer as it stands in a document: as a value of its own, inside an expression, inside a text.

An answer is never code: inside an expression it is a literal, inside a text its braces mean nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from studio.expressions.paths import quoted


@dataclass(frozen=True, slots=True)
class Value:
    """One answer."""

    whole: Any
    """Where a field holds nothing but it."""
    literal: str
    """Inside a CEL expression."""
    text: str
    """Inside a text, as people read it."""
    parts: Mapping[str, Any] = field(default_factory=dict)

    def part(self, name: str | None) -> "Value":
        """A part as a value of its own; None: the whole of it."""
        if name is None:
            return self
        found = self.parts[name]
        return text(found) if isinstance(found, str) else Value(found, str(found), str(found))


def text(words: str) -> Value:
    """Words of a person."""
    return Value(words, quoted(words), words)


def amount(exact: Decimal, shown: str) -> Value:
    """Money: a double in expressions, so that it compares with what shops send."""
    plain = format(exact, "f")
    return Value(plain, plain if "." in plain else f"{plain}.0", shown)


def number(exact: int | Decimal) -> Value:
    """A number; whole ones stay whole."""
    plain = format(exact, "f") if isinstance(exact, Decimal) else str(exact)
    return Value(exact if isinstance(exact, int) else float(exact), plain, plain)


def with_decimals(read: Value) -> Value:
    """A number as expressions write one with decimals."""
    return replace(read, literal=read.literal if "." in read.literal else f"{read.literal}.0")


def duration(count: int, unit: str, seconds: int, shown: str) -> Value:
    """A span of time: `{amount, unit}`, or its seconds."""
    return Value({"amount": count, "unit": unit}, f'duration("{seconds}s")', shown, {"seconds": seconds})


def people(refs: list[str], names: list[str], emails: list[str]) -> Value:
    """Whom approvals ask."""
    words = ", ".join(names)
    return Value(refs, quoted(words), words, {"emails": emails})


def connection(handle: str, connector: str) -> Value:
    """A connection by its handle; its part is the kind of system."""
    return Value(handle, quoted(handle), handle, {"connector": connector})


def inert(words: str) -> str:
    """The words as a text with placeholders shows them: their own braces open nothing."""
    return words.replace("{{", '{{ "{{" }}')
