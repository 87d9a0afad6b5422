"""A run's words, and those of a query. Pure: both sides are cut here, so that no database's own rules come between."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

MOST_WORDS = 2_000
"""Different words that are kept of one run; an order of a shop has about two hundred."""
LONGEST = 60
"""Letters of a word that count."""
MOST_ASKED = 8
"""Words of a query that count."""
_DEEPEST = 60
_WORD = re.compile(r"[^\W_]+")


def words_of(title: str, data: Any) -> list[str]:
    """The different words of a run, in order: values and their numbers, not the names of fields."""
    found: dict[str, None] = {}
    for text in (title, *_texts(data, _DEEPEST)):
        for word in _cut(text):
            found[word] = None
        if len(found) >= MOST_WORDS:
            return list(found)[:MOST_WORDS]
    return list(found)


def asked(text: str) -> list[str]:
    """The words of a query; each is the beginning of a word that must be there."""
    return list(dict.fromkeys(_cut(text)))[:MOST_ASKED]


def fits(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Whether every wanted word is the beginning of one of the words."""
    return all(any(word.startswith(one) for word in words) for one in wanted)


def _cut(text: str) -> list[str]:
    return [word[:LONGEST] for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold())]


def _texts(data: Any, depth: int) -> Iterator[str]:
    match data:
        case str():
            yield data
        case bool() | None:
            return
        case int() | float():
            yield str(data)
        case dict() if depth:
            for value in data.values():
                yield from _texts(value, depth - 1)
        case list() if depth:
            for value in data:
                yield from _texts(value, depth - 1)
