"""What a cell of a table asks of a fact: a range of numbers, one of some texts, or nothing. Pure; text in, text out.

Numbers: `5`, `<100`, `>=100`, `100..500` (both ends count), `100..<500`, `>100..500`. Texts: words separated by commas,
in quotes where they hold one; upper and lower case are the same. Empty, `any`, `*` and `-` ask nothing.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from studio.core.i18n import gettext as _

ANY_WORDS = frozenset({"", "any", "*", "-", "\u2013"})
MOST_WORDS = 50
LONGEST_WORD = 100
LONGEST_CELL = 2_000
_N = r"(-?\d{1,15}(?:\.\d{1,6})?)"
_COMPARED = re.compile(rf"(<=|>=|<|>|=|≤|≥)?\s*{_N}\Z")
_RANGE = re.compile(rf"(>)?\s*{_N}\s*(?:\.\.|\u2013|\u2014|-|to\b)\s*(<)?\s*{_N}\Z", re.IGNORECASE)
_BOTH = re.compile(rf"(>=|>|≥)\s*{_N}\s*(?:and|,|&)?\s*(<=|<|≤)\s*{_N}\Z", re.IGNORECASE)


class Kind(StrEnum):
    """What a column compares."""

    NUMBER = "number"
    TEXT = "text"


class CellError(ValueError):
    """A cell that says nothing that could be compared; the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is one of `table.number`, `table.range`, `table.text`, `table.too_long`."""
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Anything:
    """Asks nothing."""


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from one to another; None: without end. `low_in` and `high_in`: whether the ends count."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_in: bool = True
    high_in: bool = True

    def holds(self, number: Decimal) -> bool:
        """Whether a number is in it."""
        if self.low is not None and (number < self.low or (number == self.low and not self.low_in)):
            return False
        return self.high is None or number < self.high or (number == self.high and self.high_in)


@dataclass(frozen=True)
class Words:
    """One of some texts, as they were written."""

    words: tuple[str, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """As they are compared."""
        return frozenset(key(word) for word in self.words)


Cell = Anything | Range | Words
ANY = Anything()


def key(text: str) -> str:
    """A text as it is compared: neither case nor blanks around and between words matter."""
    return " ".join(text.split()).casefold()


def fits(cell: Cell, value: Decimal | str) -> bool:
    """Whether a fact of the column's kind is what the cell asks; texts by their key."""
    match cell:
        case Anything():
            return True
        case Range():
            return isinstance(value, Decimal) and cell.holds(value)
        case Words():
            return isinstance(value, str) and value in cell.keys


def parse(kind: Kind, text: str) -> Cell:
    """Read a cell. Raises CellError."""
    if len(text) > LONGEST_CELL:
        raise CellError("table.too_long", _("A cell has at most %(most)s letters.", most=LONGEST_CELL))
    plain = " ".join(text.split())
    if plain.casefold() in ANY_WORDS:
        return ANY
    return _range(plain) if kind is Kind.NUMBER else _words(plain)


def write(cell: Cell) -> str:
    """A cell in its one form: `parse` gives the same back."""
    match cell:
        case Anything():
            return ""
        case Range():
            return _range_text(cell)
        case Words():
            return ", ".join(_quoted(word) for word in cell.words)


def decimal_text(number: Decimal) -> str:
    """Without an exponent, and without noughts that say nothing."""
    plain = f"{number + 0:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _range(text: str) -> Range:
    if found := _COMPARED.match(text):
        return _compared(found[1] or "=", Decimal(found[2]))
    if found := _RANGE.match(text):
        made = Range(Decimal(found[2]), Decimal(found[4]), low_in=not found[1], high_in=not found[3])
    elif found := _BOTH.match(text):
        made = Range(Decimal(found[2]), Decimal(found[4]), low_in=found[1] != ">", high_in=found[3] != "<")
    else:
        said = _("“%(text)s” is no number or range. Write 100..<500, >=500 or 20.5, without a thousands sign.",
                 text=text[:40])  # fmt: skip
        raise CellError("table.number", said)
    assert made.low is not None  # noqa: S101 - both ends were matched
    assert made.high is not None  # noqa: S101 - both ends were matched
    if made.low > made.high or (made.low == made.high and not (made.low_in and made.high_in)):
        raise CellError("table.range", _("No number is in “%(text)s”: its end is not above its start.", text=text[:40]))
    return made


def _compared(sign: str, number: Decimal) -> Range:
    match sign:
        case "<":
            return Range(high=number, high_in=False)
        case "<=" | "≤":
            return Range(high=number)
        case ">":
            return Range(low=number, low_in=False)
        case ">=" | "≥":
            return Range(low=number)
        case _:
            return Range(number, number)


def _range_text(cell: Range) -> str:
    low = decimal_text(cell.low) if cell.low is not None else ""
    high = decimal_text(cell.high) if cell.high is not None else ""
    if cell.low is None:
        return f"{'<=' if cell.high_in else '<'}{high}" if cell.high is not None else ""
    if cell.high is None:
        return f"{'>=' if cell.low_in else '>'}{low}"
    if cell.low == cell.high:
        return low
    return f"{'' if cell.low_in else '>'}{low}..{'' if cell.high_in else '<'}{high}"


def split(text: str) -> list[str]:
    """The words of a list; commas and semicolons part them, but within quotes. Raises CellError."""
    words, word, quoted, was_quoted, place = [], "", False, False, 0
    while place < len(text):
        letter = text[place]
        if quoted and letter == '"' and text[place + 1 : place + 2] == '"':
            word, place = word + '"', place + 1
        elif letter == '"' and (quoted or not word.strip()):
            quoted, was_quoted, word = not quoted, True, word if quoted else ""
        elif letter in ",;" and not quoted:
            words.append((word, was_quoted))
            word, was_quoted = "", False
        else:
            word += letter
        place += 1
    if quoted:
        raise CellError("table.text", _("A quotation mark is opened and not closed."))
    words.append((word, was_quoted))
    return [" ".join(one.split()) for one, _quoted_ in words if one.strip()]


def _words(text: str) -> Words:
    distinct = {key(word): word for word in reversed(split(text))}
    found = tuple(reversed(distinct.values()))
    if not found:
        raise CellError("table.text", _("Write the texts that fit, separated by commas, or leave the cell empty."))
    if len(found) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in found):
        said = _(
            "A cell has at most %(most)s texts of %(letters)s letters each.", most=MOST_WORDS, letters=LONGEST_WORD
        )
        raise CellError("table.too_long", said)
    return Words(found)


def _quoted(word: str) -> str:
    """In quotes where it would be read as something else."""
    if any(letter in word for letter in ',;"') or word.casefold() in ANY_WORDS:
        return '"' + word.replace('"', '""') + '"'
    return word
