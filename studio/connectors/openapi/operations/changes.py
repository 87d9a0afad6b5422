"""What a new version of a document changes, in words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from studio.connectors.openapi.operations.operation import Operation
from studio.core.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class Change:
    """One operation that came, went or is another now."""

    kind: Literal["added", "removed", "changed"]
    key: str
    title: str
    words: tuple[str, ...]
    breaking: bool
    """A step that worked before may not any more."""


def changes(before: Sequence[Operation], after: Sequence[Operation]) -> list[Change]:
    """By what breaks first, then in the order of the documents."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found = [
        Change("removed", key, one.title, (_where(one),), breaking=True) for key, one in old.items() if key not in new
    ]
    for key, one in new.items():
        if key not in old:
            found.append(Change("added", key, one.title, (_where(one),), breaking=False))
            continue
        told = list(_differences(old[key], one))
        if told:
            words = tuple(text for text, _breaks in told)
            found.append(Change("changed", key, one.title, words, breaking=any(breaks for _text, breaks in told)))
    return sorted(found, key=lambda one: not one.breaking)


def _where(one: Operation) -> str:
    return f"{one.method} {one.path}"


def _differences(old: Operation, new: Operation) -> Iterator[tuple[str, bool]]:
    if _where(old) != _where(new) or old.at_origin != new.at_origin:
        yield _("It is %(new)s now, and was %(old)s.", new=_where(new), old=_where(old)), False
    if new.deprecated and not old.deprecated:
        yield _("Its provider means to take it away: it is marked as deprecated."), False
    before: Mapping[str, Any] = old.form["properties"]
    after: Mapping[str, Any] = new.form["properties"]
    needed = set(new.form["required"])
    for name, field in before.items():
        if name not in after:
            yield _("The field “%(field)s” is gone.", field=field["title"]), True
    for name, field in after.items():
        title = field["title"]
        if name not in before:
            if name in needed:
                yield _("The field “%(field)s” has to be filled in now.", field=title), True
            else:
                yield _("There is a new field “%(field)s”.", field=title), False
        else:
            now_needed = name in needed and name not in old.form["required"]
            yield from _of_field(title, before[name], field, now_needed=now_needed)
    if old.security != new.security:
        yield _("It is signed in to in another way."), False
    if old.output != new.output:
        yield _("What it gives back is described in another way."), False


def _of_field(
    title: str, old: Mapping[str, Any], new: Mapping[str, Any], *, now_needed: bool
) -> Iterator[tuple[str, bool]]:
    if now_needed:
        yield _("The field “%(field)s” has to be filled in now.", field=title), True
    if old.get("type") != new.get("type") or ("items" in old) != ("items" in new):
        yield _("The field “%(field)s” takes another kind of value.", field=title), True
    gone = [value for value in old.get("enum", ()) if value not in new.get("enum", [value])]
    if gone:
        shown = ", ".join(str(value) for value in gone[:8])
        yield _("The field “%(field)s” no longer takes: %(values)s.", field=title, values=shown), True
    elif "enum" in new and "enum" not in old:
        yield _("The field “%(field)s” takes only certain values now.", field=title), True
    elif new.get("enum") != old.get("enum"):
        yield _("The field “%(field)s” takes other values as well.", field=title), False
