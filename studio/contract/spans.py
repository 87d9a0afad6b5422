"""Lengths of time: as people say them in notes on the run page, and as fields of a node's config."""

from typing import Any

from studio.contract.node import help_
from studio.core.i18n import gettext as _

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: float) -> str:
    """The two largest parts: "2 days", "1 hour 30 minutes", "45 seconds"."""
    left, parts = round(seconds), list[str]()
    for size, name in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count:,} {name}" + ("s" if count != 1 else ""))
    return " ".join(parts[:2]) or _("no time")


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
