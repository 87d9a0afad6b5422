"""A document as it came: bytes in, a bounded tree out."""

from collections.abc import Iterator
from typing import Any

import orjson

from studio.connectors.openapi.document.yaml_text import parsed, too_deep
from studio.connectors.openapi.limits import MAX_BYTES, MAX_DEPTH, MAX_VALUES, MAX_YAML_BYTES, MIB
from studio.connectors.openapi.refusing import refused
from studio.core.i18n import gettext as _

DATA = frozenset({"example", "examples", "default", "enum", "const", "value"})
"""What stands below these is data: a `$ref` in it leads nowhere."""
NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "schemas", "parameters", "responses"})
"""What stands below these is named by its author, who may call a thing “example”."""


def read(content: bytes | str) -> dict[str, Any]:
    """The tree of an OpenAPI 3 document.

    Raises InvalidInput with the path into the document: `openapi.too_large`, `.encoding`, `.empty`, `.json`, `.yaml`,
    `.yaml_alias`, `.yaml_tag`, `.too_deep`, `.too_many`, `.outer_reference`, `.not_openapi`, `.swagger`, `.version`.
    """
    tree = _tree(content)
    if not isinstance(tree, dict):
        raise _not_openapi()
    _version(tree)
    _bounded(tree)
    return tree


def _tree(content: bytes | str) -> Any:
    raw = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    if len(raw) > MAX_BYTES:
        raise _too_large(len(raw), MAX_BYTES, "")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused("encoding", _("This document is not written in UTF-8.")) from error
    begin = text.lstrip()[:1]
    if not begin:
        raise refused("empty", _("There is nothing in this document."))
    if begin == "<":
        raise refused("not_openapi", _("This is a web page, not a document. Look for its “openapi.json” or “.yaml”."))
    if begin in "{[":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if len(raw) > MAX_YAML_BYTES:
                raise refused("json", _("This is no JSON: %(error)s", error=str(error)[:200])) from error
            return _either(text, error)
    if len(raw) > MAX_YAML_BYTES:
        raise _too_large(len(raw), MAX_YAML_BYTES, "YAML")
    return parsed(text)


def _either(text: str, error: orjson.JSONDecodeError) -> Any:
    """YAML may begin with a brace as well; what is neither is told as the JSON that it looks like."""
    if "depth limit" in str(error) or "recursion" in str(error):
        raise too_deep([]) from error
    if text.lstrip()[1:].lstrip()[:1] in ('"', "}", "{", "["):
        raise refused("json", _("This is no JSON: %(error)s", error=str(error)[:200])) from error
    return parsed(text)


def _too_large(size: int, most: int, kind: str) -> Exception:
    words = _(
        "This document has %(size)s MiB; up to %(most)s are read%(kind)s. Leave out the parts that you do not need, "
        "or import it in several connectors.",
        size=f"{size / MIB:.1f}", most=most // MIB, kind=f" ({kind})" if kind else "",
    )  # fmt: skip
    return refused("too_large", words)


def _version(tree: dict[str, Any]) -> None:
    if "swagger" in tree and "openapi" not in tree:
        words = _(
            "This is Swagger %(version)s. Studio reads OpenAPI 3: convert it, for example with the converter of "
            "editor.swagger.io (Edit, Convert to OpenAPI 3), and import what comes out.",
            version=str(tree["swagger"])[:20],
        )
        raise refused("swagger", words, ["swagger"])
    said = tree.get("openapi")
    if said is None:
        raise _not_openapi()
    version = str(said) if isinstance(said, str | int | float) and not isinstance(said, bool) else ""
    if not version.startswith(("3.0", "3.1", "3.2")):
        words = _("Studio reads OpenAPI 3.0, 3.1 and 3.2; this document says “%(version)s”.", version=str(said)[:40])
        raise refused("version", words, ["openapi"])


def _not_openapi() -> Exception:
    return refused("not_openapi", _("This is no OpenAPI document: it does not say “openapi: 3…” at its beginning."))


def _bounded(tree: dict[str, Any]) -> None:
    """Count, measure and look for references that lead out of the document, without recursion."""
    count = 0
    stack: list[tuple[Any, tuple[object, ...], bool, bool]] = [(tree, (), False, False)]
    while stack:
        node, path, data, named = stack.pop()
        count += 1
        if len(path) > MAX_DEPTH:
            raise too_deep(list(path[:6]))
        if not data and isinstance(node, dict):
            _inside(node, path)
        for name, value in _children(node):
            if isinstance(value, dict | list):
                below = data or (not named and isinstance(name, str) and (name in DATA or name.startswith("x-")))
                stack.append((value, (*path, name), below, not named and name in NAMED))
            else:
                count += 1
        if count > MAX_VALUES:
            raise refused("too_many", _("This document holds more than %(most)s values.", most=MAX_VALUES), path)


def _children(node: Any) -> Iterator[tuple[Any, Any]]:
    return iter(node.items()) if isinstance(node, dict) else enumerate(node)


def _inside(node: dict[str, Any], path: tuple[object, ...]) -> None:
    for name in ("$ref", "$dynamicRef"):
        said = node.get(name)
        if isinstance(said, str) and not said.startswith("#"):
            words = _(
                "This document refers to “%(said)s”, outside itself. Studio fetches nothing for a document: bundle it "
                "into one file, for example with “redocly bundle”.",
                said=said[:120],
            )
            raise refused("outer_reference", words, [*path, name])
