"""YAML, built from libyaml's events: no constructors, no recursion, and an alias counts as what it stands for.

PyYAML's own loaders recurse in C on nested lists, resolve tags to types, and let nine short lines stand for a billion
values.
"""

from dataclasses import dataclass
from typing import Any

import yaml

from studio.connectors.openapi.document.scalars import plain
from studio.connectors.openapi.limits import MAX_DEPTH, MAX_VALUES
from studio.connectors.openapi.refusing import refused
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "seq", "map")} | {"!"}


def parsed(text: str) -> Any:
    """The only document in a text. Raises InvalidInput `openapi.yaml`, `.yaml_alias`, `.too_deep` or `.too_many`."""
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.YAMLError as error:
        raise refused("yaml", _("This is no YAML: %(error)s", error=_where(error))) from error
    except (ValueError, UnicodeError) as error:
        raise refused("yaml", _("This is no YAML: %(error)s", error=str(error)[:200])) from error
    return builder.made()


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or "unreadable")[:200]
    return _("line %(line)s: %(problem)s", line=mark.line + 1, problem=problem) if mark is not None else problem


@dataclass(slots=True)
class _Open:
    """A list or mapping that is still being read."""

    value: list[Any] | dict[str, Any]
    anchor: str | None
    begun: int
    depth: int = 0
    """Of what lies below it."""
    key: str | None = None
    merged: list[Any] | None = None


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Any
    size: int
    depth: int


class _Builder:
    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.anchors: dict[str, _Anchored] = {}
        self.size = 0
        self.documents = 0
        self.root: Any = None

    def made(self) -> Any:
        if not self.documents:
            raise refused("empty", _("There is nothing in this document."))
        return self.root

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._opened([] if isinstance(event, yaml.SequenceStartEvent) else {}, event)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._closed()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor))
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise refused("yaml", _("There are several documents in this text. Import one at a time."))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._known(event.tag)
        tagged_text = event.tag in ("!", "tag:yaml.org,2002:str")
        value = plain(event.value) if event.implicit[0] and not tagged_text else event.value
        self._count(1)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, 1, 0)
        self._put(value, event.value if isinstance(event.value, str) else "", 0)

    def _opened(self, value: list[Any] | dict[str, Any], event: Any) -> None:
        self._known(event.tag)
        if len(self.stack) >= MAX_DEPTH:
            raise self._too_deep()
        self._count(1)
        self.stack.append(_Open(value, event.anchor, self.size - 1))

    def _closed(self) -> None:
        done = self.stack.pop()
        for given in done.merged or ():
            self._merge(done, given)
        if done.anchor:
            self.anchors[done.anchor] = _Anchored(done.value, self.size - done.begun, done.depth + 1)
        self._put(done.value, None, done.depth + 1)

    def _alias(self, name: str) -> None:
        found = self.anchors.get(name)
        if found is None:
            words = _("The YAML alias *%(name)s stands for something that holds it, or for nothing.", name=name[:60])
            raise refused("yaml_alias", words, self._path())
        self._count(found.size)
        if len(self.stack) + found.depth > MAX_DEPTH:
            raise self._too_deep()
        self._put(found.value, found.value if isinstance(found.value, str) else None, found.depth)

    def _put(self, value: Any, as_key: str | None, depth: int) -> None:
        """Where it belongs: under the key before it, at the end of the list, or as the next key."""
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        top.depth = max(top.depth, depth)
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            if as_key is None:
                raise refused("yaml", _("A key of this YAML is no text."), self._path())
            top.key = as_key
        elif top.key == "<<" and isinstance(value, dict | list):
            top.merged = [*(top.merged or ()), *(value if isinstance(value, list) else [value])]
            top.key = None
        else:
            top.value[top.key] = value
            top.key = None

    def _merge(self, into: _Open, given: Any) -> None:
        """`<<: *other`: what is not said here is as there."""
        if isinstance(given, dict) and isinstance(into.value, dict):
            for name, value in given.items():
                into.value.setdefault(name, value)

    def _count(self, more: int) -> None:
        self.size += more
        if self.size > MAX_VALUES:
            words = _("This document holds more than %(most)s values, its aliases counted in full.", most=MAX_VALUES)
            raise refused("too_many", words, self._path())

    def _known(self, tag: str | None) -> None:
        if tag is not None and tag not in _TAGS:
            words = _("The YAML tag %(tag)s is not read: a document holds texts, numbers and lists only.", tag=tag[:80])
            raise refused("yaml_tag", words, self._path())

    def _too_deep(self) -> InvalidInput:
        return too_deep(self._path())

    def _path(self) -> list[object]:
        return [
            one.key if isinstance(one.value, dict) else len(one.value) for one in self.stack[:6] if one.key is not None
        ]


def too_deep(where: list[object]) -> InvalidInput:
    """The refusal for both JSON and YAML."""
    words = _("This document is nested more than %(most)s levels deep.", most=MAX_DEPTH)
    return refused("too_deep", words, where)
