"""Names and descriptions of other people's documents, as short plain sentences."""

import re
from typing import Any

import orjson

from studio.connectors.openapi.document.following import text

_TAG = re.compile(r"<[^<>]{0,300}>")
_LINK = re.compile(r"!?\[([^\[\]]{0,200})\]\([^()]{0,500}\)")
_MARKS = re.compile(r"[*`#]{1,6}|__")
_SPACES = re.compile(r"\s+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_HELP, _TITLE, _EXAMPLE = 300, 120, 2_000


def sentence(raw: Any, most: int = _HELP) -> str:
    """A description without markup, cut at the end of a sentence where one is near."""
    plain = _TAG.sub(" ", text(raw))
    plain = _MARKS.sub("", _LINK.sub(r"\1", plain))
    plain = _SPACES.sub(" ", plain).strip()
    if len(plain) <= most:
        return plain
    cut = plain[:most]
    end = max(cut.rfind(". "), cut.rfind("! "), cut.rfind("? "))
    return cut[: end + 1] if end > most // 3 else cut[: cut.rfind(" ") if " " in cut else most].rstrip(",;:") + "…"


def title(raw: Any, otherwise: str = "") -> str:
    """A heading of at most 120 characters, without the full stop at its end."""
    return sentence(raw, _TITLE).rstrip(".") or otherwise[:_TITLE]


def from_name(name: str) -> str:
    """`createOrder`, `order_id` and `X-Shop-Id` as people would say them."""
    words = re.sub(r"[^0-9A-Za-z\u0080-\uffff]+", " ", _HUMPS.sub(" ", name)).split()
    joined = " ".join(word if word.isupper() and len(word) > 1 else word.lower() for word in words)
    return (joined[:1].upper() + joined[1:])[:_TITLE] or name[:_TITLE]


def example(value: Any) -> Any:
    """A value to be shown; None where it is too long."""
    try:
        return value if value is not None and len(orjson.dumps(value)) <= _EXAMPLE else None
    except (orjson.JSONEncodeError, RecursionError):
        return None
