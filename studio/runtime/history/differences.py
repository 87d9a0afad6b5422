"""How two values of JSON differ, field by field. Pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

DEEPEST = 40
"""Levels that are compared field by field; below, a value is compared as a whole."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that only one of the two has, or that differs."""

    path: str
    """As people write it: `body.lines[2].sku`; empty: the whole."""
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found."""

    differences: list[Difference]
    more: bool
    """There are more than were asked for."""
    alike: int
    """Fields that are the same in both, as far as it was looked."""


def compare(before: Any, after: Any, most: int) -> Compared:
    """`most` differences, in the order of the fields; 1 and 1.0 are the same, true and 1 are not."""
    found, alike = list[Difference](), 0
    for one in _walk("", before, after, 0):
        if one is None:
            alike += 1
            continue
        if len(found) == most:
            return Compared(found, more=True, alike=alike)
        found.append(one)
    return Compared(found, more=False, alike=alike)


def _walk(path: str, before: Any, after: Any, depth: int) -> Iterator[Difference | None]:
    """Differences, and None for each field that is alike."""
    if depth < DEEPEST and isinstance(before, dict) and isinstance(after, dict):
        yield from _both(before, after, lambda key: f"{path}.{key}" if path else str(key), depth)
    elif depth < DEEPEST and isinstance(before, list) and isinstance(after, list):
        yield from _both(dict(enumerate(before)), dict(enumerate(after)), lambda key: f"{path}[{key}]", depth)
    elif _same(before, after):
        yield None
    else:
        yield Difference(path, "changed", before, after)


def _both(
    before: Mapping[Any, Any], after: Mapping[Any, Any], name: Callable[[Any], str], depth: int
) -> Iterator[Difference | None]:
    for key, value in before.items():
        if key in after:
            yield from _walk(name(key), value, after[key], depth + 1)
        else:
            yield Difference(name(key), "removed", value, None)
    for key, value in after.items():
        if key not in before:
            yield Difference(name(key), "added", None, value)


def _same(before: Any, after: Any) -> bool:
    return isinstance(before, bool) == isinstance(after, bool) and bool(before == after)
