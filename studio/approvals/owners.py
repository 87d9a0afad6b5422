"""Who owns what is asked, by what its fields hold: an ordered list of rules, of which the last that matches wins.

As a CODEOWNERS file reads: general rules first, exceptions below them. Pure: no I/O.
"""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache
from typing import Any, Protocol


class Matching(Protocol):
    """What of a rule says whether it matches."""

    @property
    def value(self) -> Any:
        """What its field holds."""

    @property
    def pattern(self) -> str:
        """What that has to be, see `matches`."""


def matches(value: Any, pattern: str) -> bool:
    """Whether what a field holds is one of a pattern's words.

    Words are separated by commas; `*` stands for any letters, `?` for one; upper and lower case are the same. Of a list
    one entry has to fit. What holds nothing fits no pattern. Without a pattern the value itself has to be yes.
    """
    words = [word.strip() for word in pattern.split(",") if word.strip()]
    if not words:
        return value is True
    return any(_glob(word).match(text) is not None for text in _texts(value) for word in words)


def last(rules: Sequence[Matching]) -> int | None:
    """The place of the last rule that matches; None: none does."""
    found = (place for place in reversed(range(len(rules))) if matches(rules[place].value, rules[place].pattern))
    return next(found, None)


def label(field: str, value: Any) -> str:
    """Why a rule matches, for people to read: "country = DE"."""
    said = ", ".join(_texts(value))
    return f"{field.strip().rpartition('.')[2]} = {said}"[:120]


def _texts(value: Any) -> list[str]:
    """As people would write it. A whole number has no point: 1.0 is 1."""
    match value:
        case None:
            return []
        case bool():
            return ["true" if value else "false"]
        case float() if value.is_integer():
            return [str(int(value))]
        case list() | tuple():
            return [text for one in value if not isinstance(one, list | tuple | dict) for text in _texts(one)]
        case dict():
            return []
        case _:
            return [" ".join(str(value).split())]


@lru_cache(maxsize=256)
def _glob(word: str) -> re.Pattern[str]:
    """Brackets are letters as any others: nobody expects sets of letters of a country."""
    return re.compile(translate(" ".join(word.split()).replace("[", "[[]")), re.IGNORECASE)
