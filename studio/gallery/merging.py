"""Three documents into one: what a template changed since goes into a draft, and what people changed there stays. Pure.

A step is compared field by field of its set-up, lines port by port. Where both sides changed one thing, the draft's
stays and is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.gallery.lines import Disputed, merged_lines
from studio.runtime import document as documents
from studio.runtime.document import Document

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Merged:
    """The document, and where the draft's own changes stayed over the template's."""

    document: Document
    kept: tuple[str, ...]
    """Names of steps."""
    ways: tuple[Disputed, ...]
    """Where both sides lead on differently."""


def merged(base: Document, mine: Document, theirs: Document) -> Merged:
    """`base`: what the draft began as; `theirs`: what the template's newer version makes of the same answers."""
    old, own, new = (_by_key(one) for one in (base, mine, theirs))
    kept: list[str] = []
    nodes = []
    for key in [*own, *(key for key in new if key not in own)]:
        node, disputed = _step(old.get(key), own.get(key), new.get(key))
        if disputed:
            kept.append((own.get(key) or new[key])["name"])
        if node is not None:
            nodes.append(node)
    there = {node["key"] for node in nodes}
    raw = {**_rest(base, mine, theirs), "nodes": _adopted(nodes, there)}
    lines, ways = merged_lines(base, mine, theirs, there)
    raw["edges"] = [{"from": source, "port": port, "to": target} for source, port, target in lines]
    if "layout" in raw:
        raw["layout"] = documents.fitting(raw["layout"], there)
    return Merged(documents.load(raw), tuple(kept), ways)


def _by_key(document: Document) -> dict[str, dict[str, Any]]:
    return {node["key"]: node for node in documents.dump(document)["nodes"]} if document.nodes else {}


def _step(
    old: Mapping[str, Any] | None, own: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, bool]:
    """What becomes of one step, and whether both sides changed the same of it."""
    if own is None:
        return (dict(new), False) if new is not None and old is None else (None, False)  # or: it was taken out here
    if new is None:
        if old is None:
            return dict(own), False
        return (None, False) if _told(own) == _told(old) else (dict(own), True)
    return _fields(old or {}, own, new, nested=("config",), of_mine=("position",))


def _fields(
    old: Mapping[str, Any],
    own: Mapping[str, Any],
    new: Mapping[str, Any],
    *,
    nested: tuple[str, ...] = (),
    of_mine: tuple[str, ...] = (),
) -> tuple[dict[str, Any], bool]:
    """Field by field; those of `nested` in turn, those of `of_mine` as the draft has them."""
    made, disputed = {}, False
    for name in [*own, *(name for name in new if name not in own)]:
        was, here, there = (one.get(name, _ABSENT) for one in (old, own, new))
        if name in of_mine:
            value = here
        elif name in nested and isinstance(here, dict) and isinstance(there, dict):
            value, within = _fields(was if isinstance(was, dict) else {}, here, there)
            disputed = disputed or within
        else:
            value = there if here == was else here
            disputed = disputed or (here not in (was, there) and there != was)
        if value is not _ABSENT:
            made[name] = value
    return made, disputed


def _told(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name != "position"}


def _adopted(nodes: list[dict[str, Any]], there: set[str]) -> list[dict[str, Any]]:
    """Steps whose loop is gone stand for themselves."""
    return [
        node if node.get("parent") in (None, *there) else {name: one for name, one in node.items() if name != "parent"}
        for node in nodes
    ]


def _rest(base: Document, mine: Document, theirs: Document) -> dict[str, Any]:
    """Name, description, settings; positions and groups stay as they were drawn here."""
    old, own, new = (
        {name: one for name, one in documents.dump(document).items() if name not in ("nodes", "edges")}
        for document in (base, mine, theirs)
    )
    made, _disputed = _fields(old, own, new, nested=("settings",), of_mine=("layout",))
    return made
