"""Dates, numbers and money as people write them, in their language and time zone."""

from datetime import datetime, timedelta
from decimal import Decimal

from babel.dates import format_skeleton, get_datetime_format
from flask import Flask
from flask_babel import (
    format_currency,
    format_date,
    format_datetime,
    format_decimal,
    format_time,
    format_timedelta,
    get_locale,
    to_user_timezone,
)
from flask_babel import gettext as _

from studio.core import clock
from studio.core.languages import spoken

_DAY = timedelta(days=1)


def init_app(app: Flask) -> None:
    """Give templates these functions as filters."""
    app.jinja_env.filters.update(
        ago=ago,
        at=at,
        soon=soon,
        clock_time=clock_time,
        moment=moment,
        day=day,
        money=money,
        number=number,
        at_least=at_least,
        lasting=lasting,
        initials=initials,
    )


def ago(when: datetime) -> str:
    """Relative up to a day ("5 minutes ago", "in 2 hours"), the date and time beyond."""
    distance = when - clock.local_now()
    if abs(distance) >= _DAY:
        return at(when)
    if abs(distance) < timedelta(seconds=5):
        return str(_("just now"))
    return str(format_timedelta(distance, add_direction=True, threshold=1.2))


def at(when: datetime) -> str:
    """Date and time to the minute."""
    return _together(str(format_date(when, "medium")), when)


def soon(when: datetime) -> str:
    """The same without the year: for what is due."""
    day_ = format_skeleton("MMMd", to_user_timezone(when), locale=get_locale())
    return _together(day_, when)


def clock_time(when: datetime) -> str:
    """Hours and minutes."""
    return str(format_time(when, "short"))


def _together(day_: str, when: datetime) -> str:
    pattern = str(get_datetime_format("medium", locale=get_locale()))
    return pattern.replace("{0}", clock_time(when)).replace("{1}", day_).replace("'", "")


def moment(when: datetime) -> str:
    """Date and time in full."""
    return str(format_datetime(when, "long"))


def day(when: datetime) -> str:
    """The date."""
    return str(format_date(when, "medium"))


def money(amount: Decimal | str | int, currency: str) -> str:
    """An amount as the reader's language writes it. Never a float."""
    return str(format_currency(Decimal(amount), currency))


def number(value: Decimal | float) -> str:
    """A number with the reader's separators."""
    return str(format_decimal(value))


def locale() -> str:
    """The reader's; `en` where there is none, as in a worker."""
    return str(get_locale() or "en")


def at_least(value: int, cut: bool) -> str:  # noqa: FBT001 - a filter, whose argument stands without a name
    """A number that was counted up to a bound: "12", or "1,000+" where it was cut off there."""
    return f"{number(value)}+" if cut else number(value)


def lasting(seconds: float) -> str:
    """How long something took: "340 ms", "4.2 s", "3 min", "2 h 05 min"."""
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 60:
        return f"{format_decimal(round(Decimal(seconds), 1))} s"
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    return f"{minutes} min" if hours == 0 else f"{hours} h {minutes % 60:02d} min"


def initials(name: str) -> str:
    """Up to two letters for an avatar."""
    words = [word for word in name.split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def language() -> str:
    """The page's `lang`: that of its sentences, which dates and numbers may leave behind."""
    known = locale()
    return known.replace("_", "-") if spoken(known) else "en"
