"""A large value in parts: one of its places, a page of what lies there, and where a text stands. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

AT_ONCE = 50
"""Entries on a page."""
LETTERS = 4_000
"""Of a long text on a page."""
SMALL = 1_000
"""Characters of JSON: an entry of no more is shown whole."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list or object."""

    key: str
    pointer: str
    text: str | None
    """Its JSON; None: too large, it is opened by its pointer."""
    size: int
    """How many entries or characters it has itself."""
    is_text: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One page."""

    entries: list[Entry]
    text: str | None
    """Where the place holds no list or object: what it is, or a page of its characters."""
    first: int
    total: int
    """Entries, or characters."""
    step: int
    """How many a page has."""

    @property
    def last(self) -> int:
        """The number of the last one shown, counted from 1."""
        return min(self.first + self.step, self.total)

    @property
    def before(self) -> int | None:
        """Where the page before begins."""
        return max(0, self.first - self.step) if self.first else None

    @property
    def after(self) -> int | None:
        """Where the page behind begins."""
        return self.last if self.last < self.total else None


def keys(pointer: str) -> list[str]:
    """The steps of a JSON pointer (RFC 6901)."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def below(pointer: str, key: str) -> str:
    """The pointer of an entry."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def place(value: Any, pointer: str) -> Any:
    """What lies there. Raises LookupError where nothing does."""
    for key in keys(pointer):
        if isinstance(value, dict):
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdecimal() and len(key) < 10:
            value = value[int(key)]
        else:
            raise LookupError(key)
    return value


def part(value: Any, pointer: str, first: int) -> Part:
    """A page of what lies at the pointer. Raises LookupError."""
    found, begin = place(value, pointer), max(0, first)
    if isinstance(found, dict | list):
        step = AT_ONCE
        begin = _within(begin, len(found), step)
        shown = list(_entries(found))[begin : begin + step]
        return Part([_entry(key, below(pointer, key), one) for key, one in shown], None, begin, len(found), step)
    text = found if isinstance(found, str) else written(found)
    begin = _within(begin, len(text), LETTERS)
    return Part([], text[begin : begin + LETTERS], begin, len(text), LETTERS)


def find(value: Any, wanted: str, most: int) -> list[Entry]:
    """Entries whose name or plain value holds the text, whatever its case; the first `most` of them."""
    found, low = list[Entry](), wanted.casefold()
    stack = [("", value)]
    while stack and len(found) < most:
        pointer, one = stack.pop()
        inner = [(key, below(pointer, key), child) for key, child in _entries(one)]
        for key, where, child in inner:
            plain = not isinstance(child, dict | list)
            if (isinstance(one, dict) and low in key.casefold()) or (plain and low in _plain(child).casefold()):
                found.append(_entry(key, where, child))
                if len(found) == most:
                    break
        stack += [(where, child) for _, where, child in reversed(inner) if isinstance(child, dict | list)]
    return found


def written(value: Any) -> str:
    """As JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else written(value)


def _within(first: int, total: int, step: int) -> int:
    """On a page that exists."""
    return min(first, max(0, total - 1)) // step * step


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((str(key), one) for key, one in value.items())
    elif isinstance(value, list):
        yield from ((str(number), one) for number, one in enumerate(value))


def _entry(key: str, pointer: str, value: Any) -> Entry:
    size = len(value) if isinstance(value, dict | list | str) else 0
    text = None if size > SMALL else written(value)
    return Entry(key, pointer, text if text is not None and len(text) <= SMALL else None, size, isinstance(value, str))
