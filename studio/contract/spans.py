"""Lengths of time: as people say them in notes on the run page, and as fields of a node's config."""

from typing import Any

from studio.contract.node import help_
from studio.core.figures import ENGLISH, separated
from studio.core.i18n import gettext as _
from studio.core.i18n import marked

_UNITS = (
    (86_400, marked("1 day"), marked("%(count)s days")),
    (3_600, marked("1 hour"), marked("%(count)s hours")),
    (60, marked("1 minute"), marked("%(count)s minutes")),
    (1, marked("1 second"), marked("%(count)s seconds")),
)


def in_words(seconds: float) -> str:
    """The two largest parts, in the reader's language: "2 days", "1 hour 30 minutes", "45 seconds"."""
    parts = [_(one) if count == 1 else _(many, count=separated(count)) for count, one, many in _parts(seconds)]
    return " ".join(parts) or _("no time")


def plainly(seconds: float) -> str:
    """The same as data, which is the same whoever looks: in English."""
    parts = [one if count == 1 else many % {"count": separated(count, ENGLISH)} for count, one, many in _parts(seconds)]
    return " ".join(parts) or "no time"


def _parts(seconds: float) -> list[tuple[int, str, str]]:
    left, parts = round(seconds), list[tuple[int, str, str]]()
    for size, one, many in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append((count, one, many))
    return parts[:2]


def length_field(text: str, *, title: str, default: float, longest_s: int, example: float | None = None) -> Any:
    """A length of time in seconds, from one to `longest_s`; an example of its own where the default is none."""
    return help_(
        text,
        title=title,
        default=default,
        example=default if example is None else example,
        widget="duration",
        ge=1,
        le=longest_s,
    )
