"""Whether a value is small enough as JSON, found out without writing what is far too large."""

import orjson

_WIDEST = 26
"""Bytes that one of the units counted below may take when it is written: a long number, an escaped character."""


def fits(value: object, most: int) -> bool:
    """Whether its JSON has at most `most` bytes.

    A part that stands in several places counts each time, as it is written each time: a few steps that put the same
    text into a list again and again make gigabytes of almost nothing.
    """
    units = _units(value, most)
    if units is None:
        return False
    if units * _WIDEST <= most:
        return True
    return len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS)) <= most


def _units(value: object, most: int) -> int | None:
    """At least so many bytes; None as soon as they are too many."""
    left, stack = most, [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            left -= len(one) + 2
        elif isinstance(one, dict):
            left -= 2
            for key, below in one.items():
                left -= len(key) + 3 if isinstance(key, str) else 3
                stack.append(below)
        elif isinstance(one, list | tuple):
            left -= len(one) + 1
            stack.extend(one)
        else:
            left -= 1
        if left < 0:
            return None
    return most - left
