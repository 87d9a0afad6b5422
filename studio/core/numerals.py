"""Whole numbers that came as text, from a form or an address."""

_DIGITS = 9
"""More than any count or version has, and less than a column's integer."""


def whole(text: str) -> int | None:
    """The number; None where the text is none.

    Python calls "²" a digit as well and refuses to read thousands of them, and no column holds twenty.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None
