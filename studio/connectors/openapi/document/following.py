"""References within a document, and looking at what may be of any type."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from studio.connectors.openapi.limits import MAX_WORK
from studio.connectors.openapi.refusing import Unreadable, refused
from studio.core.i18n import gettext as _

_NOTHING = object()
_LONGEST_CHAIN = 50
_BESIDE = ("title", "description", "summary", "default", "example", "examples", "readOnly", "nullable", "deprecated")
"""What may stand beside a reference and wins over what it leads to."""


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping, or an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list, or an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any, most: int = 2_000) -> str:
    """A text of at most so many characters, or an empty one; what a database cannot keep is left out."""
    if not isinstance(value, str):
        return ""
    return value[:most].encode("utf-8", "ignore").decode().replace("\0", "").strip()


class Document:
    """A tree whose references can be followed, with a bound on how much is looked at."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.tree = tree
        self._work = 0

    def worked(self) -> None:
        """One more schema was looked at."""
        self._work += 1
        if self._work > MAX_WORK:
            words = _("The schemas of this document refer to one another so often that no form can be made of them.")
            raise refused("too_complex", words)

    def followed(self, node: Any) -> tuple[Mapping[str, Any], str | None]:
        """What a node stands for, and the reference that led there.

        Raises Unreadable where it leads nowhere, InvalidInput where it leads round in a circle.
        """
        reference, seen = None, set[str]()
        beside: dict[str, Any] = {}
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or len(seen) > _LONGEST_CHAIN:
                words = _("The reference %(reference)s leads back to itself.", reference=reference[:120])
                raise refused("reference_cycle", words, _parts(reference))
            seen.add(reference)
            beside = {**{name: node[name] for name in _BESIDE if name in node}, **beside}
            node = self._at(reference)
        found = mapping(node)
        return ({**found, **beside} if beside else found), reference

    def _at(self, reference: str) -> Any:
        node: Any = self.tree
        for part in _parts(reference):
            if isinstance(node, dict):
                node = node.get(part, _NOTHING)
            elif (
                isinstance(node, list) and part.isascii() and part.isdigit() and len(part) < 8 and int(part) < len(node)
            ):
                node = node[int(part)]
            else:
                node = _NOTHING
            if node is _NOTHING:
                words = _("The reference %(reference)s leads nowhere.", reference=reference[:120])
                raise Unreadable("reference_missing", words)
        return node


def _parts(reference: str) -> list[str]:
    """The steps of `#/a/b`; what is no pointer, such as an anchor, is a step that is not there."""
    pointer = unquote(reference.removeprefix("#"))
    if not pointer:
        return []
    if not pointer.startswith("/"):
        return [f"#{pointer}"]
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]
