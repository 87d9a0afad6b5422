"""A week of opening hours as fields of a form and as words. Works with scripts off: two time fields a stretch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Literal

from babel.dates import format_date, format_time, get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import Field

from studio.approvals.clock.reading import WEEK

SLOTS = 3
"""Stretches of a day that the form offers; more, where a calendar has more."""
OFFICE = [["09:00-17:00"]] * 5 + [[], []]
"""What a new calendar begins with."""


def slots(week: Sequence[Sequence[str]]) -> list[list[tuple[str, str]]]:
    """For each day its stretches as (from, to), filled up with empty ones."""
    wide = max(SLOTS, *(len(day) for day in week))
    return [[_ends(text) for text in day] + [("", "")] * (wide - len(day)) for day in week]


def sent(form: Mapping[str, Any]) -> list[list[str]]:
    """The week that a form sent. Half a stretch stays half, so that it is refused; 00:00 as an end is midnight."""
    week: list[list[str]] = [[] for _day in range(WEEK)]
    for day in range(WEEK):
        place = 0
        while f"from-{day}-{place}" in form:
            start, end = form.get(f"from-{day}-{place}", ""), form.get(f"to-{day}-{place}", "")
            if start or end:
                week[day].append(f"{start}-{'24:00' if end == '00:00' else end}")
            place += 1
    return week


class WeekField(Field):
    """The grid as one field of a form: its data is the week that was sent."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read every pair of time fields."""
        self.process_errors = []
        self.data = sent(formdata) if formdata else [[] for _day in range(WEEK)]


def day_names(width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """Monday to Sunday in the reader's language."""
    names = get_day_names(width, locale=get_locale())
    return [str(names[day]) for day in range(WEEK)]


def words(week: Sequence[Sequence[str]]) -> str:
    """Such as "Mon to Fri 09:00-17:00, Sat 10:00-14:00"."""
    names, parts = day_names("abbreviated"), []
    for hours, days in groupby(range(WEEK), key=lambda day: list(week[day])):
        if hours:
            run = list(days)
            pair = {"first": names[run[0]], "last": names[run[-1]]}
            when = _("%(first)s to %(last)s", **pair) if len(run) > 1 else names[run[0]]
            parts.append(f"{when} {', '.join(hours)}")
    return ", ".join(parts)


def moment_words(local: datetime) -> str:
    """Day and time as they stand on the clocks of the moment's own zone: "Monday, 9 March 2026, 16:00"."""
    locale = get_locale()
    time = format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
    return f"{format_date(local, 'full', locale=locale)}, {time}"


def _ends(text: str) -> tuple[str, str]:
    start, _dash, end = text.partition("-")
    return start, "00:00" if end == "24:00" else end
