"""Whether a value names a customer. Pure."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

SHORTEST, LONGEST = 5, 200


def is_key(text: str) -> bool:
    """Whether it can stand for one customer: an address or a number. A name or a word would find other people too."""
    return SHORTEST <= len(text) <= LONGEST and ("@" in text or any(sign.isdigit() for sign in text))


class Key:
    """What is looked for: the whole of it, in any case, never as a part of a longer address or number."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        before, after = (r"(?<![\w.+-])", r"(?!\w|[.-]\w)") if "@" in self.text else (r"(?<!\w)", r"(?!\w)")
        self._pattern = re.compile(before + re.escape(self.text) + after, re.IGNORECASE)

    def is_in(self, value: Any) -> bool:
        """Whether it stands anywhere in a value of JSON: in its texts, its numbers, the names of its fields."""
        if isinstance(value, str):
            return self._pattern.search(value) is not None
        if isinstance(value, bool) or value is None:
            return False
        if isinstance(value, int | float | Decimal):
            return str(value) == self.text
        if isinstance(value, Mapping):
            return self.is_in_any(value) or self.is_in_any(value.values())
        return isinstance(value, Iterable) and self.is_in_any(value)

    def is_in_any(self, values: Iterable[Any]) -> bool:
        """The same of several."""
        return any(self.is_in(one) for one in values)
