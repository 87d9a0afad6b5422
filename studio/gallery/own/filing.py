"""A template as a file, and out of one. A file is an untrusted document: its size is looked at before it is read."""

import re
from typing import Any

import orjson
from flask_babel import gettext as _

from studio.core.figures import separated
from studio.core.unit_of_work import UnitOfWork
from studio.gallery.kept.content import Content
from studio.gallery.own import checking
from studio.runtime.document.bounds import MAX_BYTES, refuse

LARGEST = 2 * MAX_BYTES
"""Bytes of a file: indented it is larger than what it holds."""


def read(uow: UnitOfWork, text: str | bytes) -> Content:
    """What a file says. Raises InvalidInput with path and code of each problem."""
    return checking.checked(uow, _plain(text))


def written(raw: dict[str, Any]) -> str:
    """A template's content as an indented file."""
    return orjson.dumps(raw, option=orjson.OPT_INDENT_2).decode() + "\n"


def file_name(name: str, number: int) -> str:
    """One that every system takes."""
    return f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')[:60] or 'template'}-v{number}.template.json"


def _plain(text: str | bytes) -> Any:
    if len(text) > LARGEST:
        said = _("A template's file may have at most %(size)s KiB.", size=separated(LARGEST // 1024))
        raise refuse("template.too_large", said, checking.FAMILY)
    try:
        return orjson.loads(text)
    except (ValueError, UnicodeError) as error:
        said = _("This is not a template: %(error)s.", error=str(error)[:200])
        raise refuse("template.not_json", said, checking.FAMILY) from None
