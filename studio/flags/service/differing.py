"""Pure: what differs between two documents, field by field, named as people name things.

A strategy is named by its title, a variant by its name, a constraint by the field it compares: so that a diff still
reads well when something before it was removed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import orjson

Document = Mapping[str, Any]
_ABSENT = object()
_NAMES = ("title", "name", "contextName", "feature")
"""What an entry of a list is named by: the first of these that it has."""


def differences(before: Document, after: Document) -> list[dict[str, Any]]:
    """Each field whose value differs: `{field, before, after}`; None stands for what is not there. Empty: all alike."""
    return [
        {"field": field, "before": _shown(old), "after": _shown(new)}
        for field, old, new in _of_mapping("", before, after)
    ]


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike Python's ==, true is no 1."""
    return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(other, option=orjson.OPT_SORT_KEYS)


def labels(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """A name for each entry of a list, each but once: `beta`, `beta (2)`."""
    found: list[str] = []
    taken: set[str] = set()
    for entry in entries:
        stem = next((str(entry[name]) for name in _NAMES if entry.get(name)), "?")
        label, count = stem, 1
        while label in taken:
            count += 1
            label = f"{stem} ({count})"
        taken.add(label)
        found.append(label)
    return found


def _shown(value: Any) -> Any:
    return None if value is _ABSENT else value


def _of_mapping(at: str, before: Document, after: Document) -> Iterator[tuple[str, Any, Any]]:
    for name in [*before, *(one for one in after if one not in before)]:
        yield from _of_value(f"{at}.{name}".lstrip("."), before.get(name, _ABSENT), after.get(name, _ABSENT))


def _of_value(at: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if before is not _ABSENT and after is not _ABSENT:
        if same(before, after):
            return
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _of_mapping(at, before, after)
            return
        if _named(before) and _named(after) and (before or after):
            yield from _of_list(at, before, after)
            return
    yield at, before, after


def _of_list(at: str, before: Sequence[Document], after: Sequence[Document]) -> Iterator[tuple[str, Any, Any]]:
    """Entries by name; where those that stayed stand in another order, that is told as well."""
    old, new = dict(zip(labels(before), before, strict=True)), dict(zip(labels(after), after, strict=True))
    for name in [*old, *(one for one in new if one not in old)]:
        yield from _of_value(f"{at}.{name}", old.get(name, _ABSENT), new.get(name, _ABSENT))
    if list(new) != [*(one for one in old if one in new), *(one for one in new if one not in old)]:
        yield f"{at}.order", list(old), list(new)


def _named(value: Any) -> TypeGuard[Sequence[Document]]:
    return isinstance(value, list) and all(
        isinstance(one, Mapping) and any(one.get(name) for name in _NAMES) for one in value
    )
