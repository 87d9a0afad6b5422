"""What the date step computes: moved, compared and written moments. Every moment carries its zone."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_datetime

from studio.contract.spans import plainly
from studio.core.i18n import gettext as _
from studio.runtime.zones import real, start_of_day

_BY_THE_CLOCK = {"minutes": 60, "hours": 3_600}
_BY_THE_CALENDAR = {"days": 1, "weeks": 7}
_MONTHS = {"months": 1, "years": 12}


def moved(at: datetime, amount: int, unit: str) -> datetime:
    """Later or earlier. Minutes and hours pass as they pass; days and more keep the time of day."""
    if unit in _BY_THE_CLOCK:
        return (at.astimezone(UTC) + timedelta(seconds=amount * _BY_THE_CLOCK[unit])).astimezone(at.tzinfo)
    if unit in _BY_THE_CALENDAR:
        return real(at + timedelta(days=amount * _BY_THE_CALENDAR[unit]))
    months = at.year * 12 + at.month - 1 + amount * _MONTHS[unit]
    year, month = divmod(months, 12)
    if not 1 <= year <= 9998:
        raise ValueError(_("This date is too far away to compute with."))
    last = calendar.monthrange(year, month + 1)[1]
    return real(at.replace(year=year, month=month + 1, day=min(at.day, last)))


def start_of(at: datetime, unit: str) -> datetime:
    """The first moment of its day, week (Monday), month or year."""
    day = at.date()
    if unit == "week":
        day -= timedelta(days=day.weekday())
    elif unit == "month":
        day = day.replace(day=1)
    elif unit == "year":
        day = day.replace(month=1, day=1)
    here = at.tzinfo
    return start_of_day(day, here if isinstance(here, ZoneInfo) else ZoneInfo("UTC"))


def difference(start: datetime, end: datetime) -> dict[str, Any]:
    """How long from one to the other; negative where the other comes first. Whole units, cut off."""
    # Python subtracts two moments of one zone by their clock faces; in UTC they differ by what has passed.
    seconds = int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds())
    sign, size = (-1, -seconds) if seconds < 0 else (1, seconds)
    return {
        "days": sign * (size // 86_400),
        "hours": sign * (size // 3_600),
        "minutes": sign * (size // 60),
        "seconds": seconds,
        "calendar_days": (end.date() - start.date()).days,
        "text": ("-" if sign < 0 else "") + plainly(size),
    }


def facts(at: datetime, locale: str, pattern: str = "medium") -> dict[str, Any]:
    """One moment in every form that later steps may want. Weekday 1 is Monday."""
    return {
        "value": at.isoformat(),
        "date": at.date().isoformat(),
        "time": f"{at:%H:%M}",
        "weekday": at.isoweekday(),
        "unix": int(at.timestamp()),
        "text": written(at, locale, pattern),
    }


def written(at: datetime, locale: str, pattern: str) -> str:
    """The moment as a language writes it. Raises ValueError for a pattern that cannot be read."""
    try:
        language = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        language = Locale("en")
    try:
        return str(format_datetime(at, pattern, tzinfo=at.tzinfo, locale=language)).replace("\u202f", " ")
    except (KeyError, AttributeError, ValueError, TypeError):
        raise ValueError(
            _("“%(pattern)s” is no way to write a date, such as yyyy-MM-dd.", pattern=pattern[:40])
        ) from None
