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
    kind = type(value)
    if kind is str:
        return not _lone_surrogates(value)
    if kind is int:
        return abs(int(value)) <= _SAFE_INTEGER
    if kind is dict:
        return all(map(_plain_key, value)) and all(map(_alike, value.values()))
    if kind is list:
        return all(map(_alike, value))
    return value is None or kind is bool


def _plain_key(key: Any) -> bool:
    return type(key) is str and key.isascii()


def _lone_surrogates(text: str) -> bool:
    """What UTF-8 cannot carry."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
