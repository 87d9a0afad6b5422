"""Moments and days that came as text, from a form or an address, within the years that every zone and column has.

The first and the last year of the calendar have no moment in half of the zones: turned into UTC they run over.
"""

from datetime import date, datetime
from typing import Any

from studio.core.i18n import gettext as _

FIRST, LAST = 1970, 9000
"""Years, both included."""


def in_reach(day: date) -> bool:
    """Whether a day or a moment lies within those years."""
    return FIRST <= day.year <= LAST


def read(text: str) -> datetime | None:
    """A moment with its offset, as ISO 8601; None where the text is none, or lies out of reach."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None and in_reach(found) else None


def reached(day: Any) -> Any:
    """The day or moment itself. Raises ValueError in words where it lies out of reach."""
    if day is not None and not in_reach(day):
        raise ValueError(_("Choose a moment between the years 1970 and 9000."))
    return day
