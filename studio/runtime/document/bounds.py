"""Bounds on raw JSON before pydantic sees it: depth, size, and values that JSON columns cannot hold."""

import math

import orjson

from studio.core.errors import InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _

MAX_BYTES = 1_048_576
MAX_DEPTH = 64
EXACT = 2**53 - 1
"""Larger integers lose digits in a browser."""


def refuse(code: str, message: str, path: str = "") -> InvalidInput:
    """An InvalidInput about the whole document or one place of it."""
    return InvalidInput(message, code=code, field=path or "document")


def check_bounds(raw: object) -> None:
    """Raise InvalidInput for what is too deep, too large, or no JSON."""
    stack: list[tuple[object, int, str]] = [(raw, 1, "")]
    budget = MAX_BYTES
    while stack:
        value, depth, path = stack.pop()
        budget -= 1
        if budget < 0:
            raise _too_large()
        if depth > MAX_DEPTH:
            raise refuse(
                "document.too_deep",
                _("The workflow is nested more than %(max_depth)s levels deep.", max_depth=MAX_DEPTH),
                path[:200],
            )
        if isinstance(value, dict):
            for key in value:
                _check_text(key, path)
            stack.extend((below, depth + 1, _join(path, key)) for key, below in value.items())
        elif isinstance(value, list):
            stack.extend((below, depth + 1, _join(path, index)) for index, below in enumerate(value))
        else:
            _check_scalar(value, path)
    if len(orjson.dumps(raw)) > MAX_BYTES:
        raise _too_large()


def _join(path: str, part: object) -> str:
    return f"{path}.{part}" if path else str(part)


def _too_large() -> InvalidInput:
    return refuse(
        "document.too_large",
        _("A workflow may have at most %(max_bytes)s KiB.", max_bytes=separated(MAX_BYTES // 1024)),
    )


def _check_scalar(value: object, path: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, int):
        if abs(value) > EXACT:
            raise refuse("document.number", _("This number is too large to keep exactly; write it as a text."), path)
    elif not isinstance(value, float):
        raise refuse("document.not_json", _("This value has no form in JSON."), path)
    elif not math.isfinite(value):
        raise refuse("document.number", _("Infinity and “not a number” have no form in JSON."), path)


def _check_text(value: object, path: str) -> None:
    if not isinstance(value, str):
        raise refuse("document.not_json", _("Names of fields are texts."), path)
    if value.isascii():
        broken = "\0" in value
    else:
        broken = "\0" in value or any("\ud800" <= character <= "\udfff" for character in value)
    if broken:
        raise refuse("document.text", _("The text holds a character that cannot be stored."), path[:200])


def check_payload(value: object) -> None:
    """Raise InvalidInput for event data that is too deep or holds text that cannot be stored."""
    stack: list[tuple[object, int]] = [(value, 1)]
    while stack:
        here, depth = stack.pop()
        if depth > MAX_DEPTH:
            raise InvalidInput(
                _("The data is nested more than %(max_depth)s levels deep.", max_depth=MAX_DEPTH),
                code="payload.too_deep",
            )
        if isinstance(here, dict):
            for name in here:
                _check_stored(name)
            stack.extend((below, depth + 1) for below in here.values())
        elif isinstance(here, list):
            stack.extend((below, depth + 1) for below in here)
        elif isinstance(here, str):
            _check_stored(here)


def _check_stored(text: str) -> None:
    if "\0" in text:
        raise InvalidInput(_("The data holds a zero character, which cannot be stored."), code="payload.text")
