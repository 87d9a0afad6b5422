"""Edits of a document that mend one problem, as data: the builder does them in one step that can be undone."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from studio.core.i18n import gettext as _
from studio.runtime.document.layout import fitting
from studio.runtime.document.model import Link

Operation = Literal["remove_step", "remove_edge", "add_edge", "set"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `remove_step` takes what stands inside and its connections with it, and joins its two neighbours."""

    op: Operation
    node: str | None = None
    """Of `remove_step` and `set`: the step's key."""
    edge: Mapping[str, str] | None = None
    """Of `remove_edge` and `add_edge`: `{"from", "port", "to"}`."""
    field: str | None = None
    """Of `set`: dotted, within the step, such as `config.count`."""
    value: Any = None
    """Of `set`."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What the button says, and what it does."""

    title: str
    edits: tuple[Edit, ...]

    @classmethod
    def remove(cls, key: str) -> "Fix":
        """Take a step away."""
        return cls(_("Remove the step"), (Edit("remove_step", node=key),))

    @classmethod
    def disconnect(cls, edge: Link) -> "Fix":
        """Take a connection away."""
        return cls(_("Remove the connection"), (Edit("remove_edge", edge=ends(edge)),))

    @classmethod
    def once(cls, edge: Link) -> "Fix":
        """Leave one of several equal connections."""
        return cls(_("Connect them once"), (Edit("remove_edge", edge=ends(edge)), Edit("add_edge", edge=ends(edge))))

    @classmethod
    def connect(cls, edges: Iterable[Link], title: str) -> "Fix":
        """Add connections."""
        return cls(title, tuple(Edit("add_edge", edge=ends(edge)) for edge in edges))

    @classmethod
    def change(cls, key: str, field: str, value: Any, title: str) -> "Fix":
        """Set one field of a step."""
        return cls(title, (Edit("set", node=key, field=field, value=value),))


def ends(edge: Link) -> dict[str, str]:
    """A connection as documents write it."""
    return {"from": edge.source, "port": edge.port, "to": edge.target}


def mended(raw: Mapping[str, Any], fix: Fix) -> dict[str, Any]:
    """A document as JSON with the fix done; the given one stays as it is."""
    document = deepcopy(dict(raw))
    for edit in fix.edits:
        _do(document, edit)
    return document


def _do(document: dict[str, Any], edit: Edit) -> None:
    if edit.op == "remove_step":
        _remove(document, {str(edit.node)})
    elif edit.op == "remove_edge":
        document["edges"] = [edge for edge in document["edges"] if not _same(edge, edit.edge)]
    elif edit.op == "add_edge" and edit.edge is not None:
        document["edges"] = [*document["edges"], dict(edit.edge)]
    elif edit.op == "set":
        [step] = [node for node in document["nodes"] if node["key"] == edit.node]
        _set(step, str(edit.field).split("."), edit.value)


def _set(place: Any, path: list[str], value: Any) -> None:
    """Set what stands at a path; a number in it counts the entries of a list, where there is one."""
    name, *inner = path
    at: Any = int(name) if isinstance(place, list) else name
    if not inner:
        place[at] = value
        return
    _set(place[at] if isinstance(place, list) else place.setdefault(name, {}), inner, value)


def _remove(document: dict[str, Any], gone: set[str]) -> None:
    """Steps, and what stands in them, however deep."""
    while inside := {node["key"] for node in document["nodes"] if node.get("parent") in gone} - gone:
        gone |= inside
    bridge = _bridge(document["edges"], gone) if len(gone) == 1 else []
    document["nodes"] = [node for node in document["nodes"] if node["key"] not in gone]
    document["edges"] = [edge for edge in document["edges"] if not gone & {edge["from"], edge["to"]}]
    if isinstance(document.get("layout"), dict):
        document["layout"] = fitting(document["layout"], {node["key"] for node in document["nodes"]})
    document["edges"] += [edge for edge in bridge if edge not in document["edges"]]


def _bridge(edges: list[dict[str, Any]], gone: set[str]) -> list[dict[str, Any]]:
    """One step between two others leaves them joined."""
    before, after = ([edge for edge in edges if edge[end] in gone] for end in ("to", "from"))
    if len(before) != 1 or len(after) != 1:
        return []
    return [{"from": before[0]["from"], "port": before[0].get("port", "next"), "to": after[0]["to"]}]


def _same(edge: Mapping[str, Any], other: Mapping[str, str] | None) -> bool:
    return other is not None and all(edge.get(name) == other[name] for name in ("from", "port", "to"))
