"""Lengths of time as people say them, for notes on the run page."""

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
