"""What an operation takes as its body, as far as Studio can write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio.connectors.openapi.document.following import Document, mapping, text
from studio.connectors.openapi.operations.shapes import Reader, Shape
from studio.connectors.openapi.refusing import Unreadable
from studio.core.i18n import gettext as _

FORM = "application/x-www-form-urlencoded"
_STYLES = ("form", "spaceDelimited", "pipeDelimited", "deepObject")


@dataclass(frozen=True, slots=True)
class Body:
    """The one way of writing it that was chosen."""

    content_type: str
    kind: str
    """`json`, `form` or `text`."""
    required: bool
    shape: Shape
    encoding: Mapping[str, Mapping[str, Any]]
    """Of a form: how single fields are written, where the document says so: style and explode, or `json`."""
    says: Mapping[str, Any]


def body(document: Document, reader: Reader, raw: Any) -> Body | None:
    """The body; None: it takes none. Raises Unreadable where it takes nothing that Studio writes."""
    if not isinstance(raw, dict):
        return None
    says, _reference = document.followed(raw)
    offered = [(name, one) for name, one in mapping(says.get("content")).items() if isinstance(name, str)]
    kept = sorted(
        ((order, index) for index, (name, _one) in enumerate(offered) if (order := _preference(name)) is not None)
    )
    required = says.get("required") is True
    if not kept:
        if not required:
            return None
        words = _("It takes %(kinds)s only. Studio writes JSON, forms and plain text.", kinds=_kinds(offered))
        raise Unreadable("content_type", words)
    name, raw_media = offered[kept[0][1]]
    media = mapping(raw_media)
    kind = "json" if _is_json(name) else "form" if name.lower().startswith(FORM) else "text"
    content_type = "application/json" if "*" in name else name.strip()[:100]
    encoding = _encoding(media.get("encoding")) if kind == "form" else {}
    says = {**says, **{one: media[one] for one in ("example", "examples") if one in media}}
    return Body(content_type, kind, required, reader.shape(media.get("schema")), encoding, says)


def _kinds(offered: list[tuple[str, Any]]) -> str:
    return ", ".join(text(name, 60) for name, _one in offered[:5]) or _("an unnamed content type")


def _is_json(name: str) -> bool:
    kind = name.partition(";")[0].strip().lower()
    return kind in ("application/json", "*/*", "application/*", "text/json") or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _preference(name: str) -> int | None:
    """Smaller is better; None: cannot be written, such as multipart."""
    if not name.isascii() or not name.isprintable():
        return None
    kind = name.partition(";")[0].strip().lower()
    if kind == "application/json":
        return 0
    if _is_json(name):
        return 1
    if kind == FORM:
        return 2
    return 3 if kind == "text/plain" else None


def _encoding(raw: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, said in mapping(raw).items():
        one = mapping(said)
        style, explode = one.get("style"), one.get("explode")
        if style in _STYLES or isinstance(explode, bool):
            style = style if style in _STYLES else "form"
            found[name] = {
                "style": style,
                "explode": explode if isinstance(explode, bool) else style in ("form", "deepObject"),
            }
        elif _is_json(text(one.get("contentType"), 100)):
            found[name] = {"json": True}
    return found
