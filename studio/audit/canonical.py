"""Canonical JSON as RFC 8785 writes it. Pure."""

from typing import Any

import orjson
import rfc8785

_SAFE_INTEGER = 2**53 - 1


def written(value: Any) -> bytes:
    """The one way to write a JSON value. Raises rfc8785's CanonicalizationError for what is none.

    orjson writes the same, many times as fast, where there are no fractions and no keys beyond ASCII, whose order is
    by UTF-16 units; nearly every event is so.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if _alike(value) else rfc8785.dumps(value)


def _alike(value: Any) -> bool:
    left = [value]
    for one in left:  # it grows as containers are met: a function called for each value costs several times as much
        kind = type(one)
        if kind is str:
            if not one.isascii() and _lone_surrogates(one):
                return False
        elif kind is dict:
            if not all(type(key) is str and key.isascii() for key in one):
                return False
            left += one.values()
        elif kind is list:
            left += one
        elif kind is int:
            if abs(one) > _SAFE_INTEGER:
                return False
        elif one is not None and kind is not bool:
            return False
    return True


def _lone_surrogates(text: str) -> bool:
    """What UTF-8 cannot carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
