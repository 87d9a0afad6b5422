"""From a whole document to what is kept of it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from studio.connectors.openapi.document.following import Document, mapping, text
from studio.connectors.openapi.limits import MAX_OPERATIONS
from studio.connectors.openapi.operations import servers, signing
from studio.connectors.openapi.operations.forming import operation_of
from studio.connectors.openapi.operations.operation import Described, LeftOut, Operation
from studio.connectors.openapi.operations.wording import sentence, title
from studio.connectors.openapi.refusing import Unreadable, place, refused
from studio.core.i18n import gettext as _

METHODS = ("get", "post", "put", "patch", "delete", "head")
_LONGEST_KEY = 160
_LONGEST_PATH = 500


def describe(tree: dict[str, Any], source: str = "") -> Described:
    """Operations, ways to sign in, and what had to be left out. `source`: the address the document came from.

    Raises InvalidInput: `openapi.paths`, `.reference_cycle`, `.too_complex`, `.too_many_operations`, `.no_operations`.
    """
    document = Document(tree)
    found = list(_found(document))
    if len(found) > MAX_OPERATIONS:
        words = _(
            "This document has %(count)s operations; up to %(most)s are taken. Leave out those that you do not need.",
            count=len(found), most=MAX_OPERATIONS,
        )  # fmt: skip
        raise refused("too_many_operations", words, ["paths"])
    base = _base(tree, source, found)
    operations: list[Operation] = []
    left_out: list[LeftOut] = []
    for key, method, path, item, raw in _keyed(found):
        try:
            at_origin, whole = _whole_path(base, source, path, item, raw)
            operations.append(operation_of(document, key, method, whole, item, raw, at_origin=at_origin))
        except Unreadable as reason:
            left_out.append(LeftOut(place(["paths", path, method]), f"openapi.{reason.code}", reason.words))
    if not operations:
        words = left_out[0].words if left_out else _("There are no paths with operations in it.")
        raise refused("no_operations", _("Nothing in this document can be called: %(why)s", why=words), ["paths"])
    info = mapping(tree.get("info"))
    return Described(
        title=title(info.get("title")) or urlsplit(base).hostname or _("Unnamed API"),
        version=_version(info.get("version")),
        help=sentence(info.get("description")),
        base_url=base,
        ways=tuple(signing.ways(document)),
        operations=tuple(operations),
        left_out=tuple(left_out),
    )


Found = tuple[str, str, Mapping[str, Any], Mapping[str, Any]]
"""Method, path, the path's item, the operation."""


def _found(document: Document) -> Iterator[Found]:
    paths = document.tree.get("paths")
    if not isinstance(paths, dict):
        raise refused("paths", _("This document has no “paths”, so there is nothing to call."), ["paths"])
    for raw_path, raw_item in paths.items():
        path = text(raw_path, _LONGEST_PATH + 1)
        if not path.startswith("/") or len(path) > _LONGEST_PATH:
            continue
        try:
            item, _reference = document.followed(raw_item)
        except Unreadable:
            continue
        for method in METHODS:
            if isinstance(item.get(method), dict):
                yield method, path.partition("?")[0].partition("#")[0], item, item[method]


def _keyed(found: list[Found]) -> Iterator[tuple[str, str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each with its key: its own id where nobody else has it, otherwise method and path, which are its alone."""
    ids = Counter(text(raw.get("operationId"), 500) for _method, _path, _item, raw in found)
    taken: set[str] = set()
    for method, path, item, raw in found:
        own = "".join(text(raw.get("operationId"), 500).split())
        key = own if own and ids[text(raw.get("operationId"), 500)] == 1 else f"{method}:{path}"
        key = "".join(character if character.isprintable() and character != " " else "_" for character in key)
        if len(key) > _LONGEST_KEY:
            key = f"{key[: _LONGEST_KEY - 17]}~{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if key not in taken:
            taken.add(key)
            yield key, method, path, item, raw


def _base(tree: Mapping[str, Any], source: str, found: list[Found]) -> str:
    """The document's server, or else the one that most of its paths name."""
    base = servers.address(tree.get("servers"), source)
    if base:
        return base
    if source and not tree.get("servers"):
        return servers.address([{"url": "/"}], source)
    named = Counter(servers.address(item.get("servers"), source) for _method, _path, item, _raw in found)
    named.pop("", None)
    return named.most_common(1)[0][0] if named else ""


def _whole_path(base: str, source: str, path: str, item: Mapping[str, Any], raw: Mapping[str, Any]) -> tuple[bool, str]:
    """Where an operation with a server of its own lies.

    Raises Unreadable where that is another host: the credentials of this one must not go there.
    """
    own = servers.address(raw.get("servers"), source) or servers.address(item.get("servers"), source)
    if not own or own == base:
        return False, path
    if servers.origin(own) != servers.origin(base):
        words = _(
            "It is called at another host, %(host)s. Import it as a connector of its own.", host=urlsplit(own).netloc
        )
        raise Unreadable("other_host", words)
    return True, urlsplit(own).path.rstrip("/") + path


def _version(raw: Any) -> str:
    return str(raw)[:40] if isinstance(raw, int | float) else text(raw, 40)
