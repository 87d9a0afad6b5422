"""A calendar as people and JSON write it, and back: {"time_zone", "week": [["09:00-17:00"], …], "holidays": […]}."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from flask_babel import gettext as _

from studio.approvals.clock.calendar import DAY_MINUTES, Calendar, Holiday, Span
from studio.core.errors import FieldProblem, InvalidInput

MOST_SPANS, MOST_HOLIDAYS, MOST_LETTERS = 8, 400, 80
WEEK = 7
_SPAN = re.compile(r"\s*(\d{1,2})[:.](\d{2})\s*[-\u2013]\s*(\d{1,2})[:.](\d{2})\s*")


def read(stored: Mapping[str, Any]) -> Calendar:
    """The calendar behind its JSON form. Raises InvalidInput with every problem and its path."""
    problems: list[FieldProblem] = []
    zone = read_zone(stored.get("time_zone"), "time_zone", problems)
    week = _week(stored.get("week") or (), problems)
    holidays = _holidays(stored.get("holidays") or (), problems)
    if problems or zone is None:
        raise InvalidInput(problems[0].message, code=problems[0].code, problems=problems)
    return Calendar(zone, week, holidays)


def written(calendar: Calendar) -> dict[str, Any]:
    """The JSON form of a calendar."""
    return {
        "time_zone": calendar.zone.key,
        "week": [[span_text(span) for span in day] for day in calendar.week],
        "holidays": [
            {"date": one.day.isoformat(), "name": one.name, "yearly": one.yearly} for one in calendar.holidays
        ],
    }


@cache
def zone_names() -> frozenset[str]:
    """Every zone there is; finding them walks through files."""
    return frozenset(available_timezones())


def read_zone(name: Any, path: str, problems: list[FieldProblem]) -> ZoneInfo | None:
    """The zone of that name."""
    if isinstance(name, str) and name in zone_names():
        return ZoneInfo(name)
    message = _("“%(name)s” is no time zone. Write one such as Europe/Berlin.", name=str(name or "")[:80])
    problems.append(FieldProblem(path, "unknown_time_zone", message))
    return None


def span_text(span: Span) -> str:
    """Such as 09:00-17:00, or 22:00-06:00 where it runs into the next day."""
    end = span.end if span.end <= DAY_MINUTES else span.end - DAY_MINUTES
    return f"{_clock(span.start)}-{_clock(end)}"


def read_span(text: Any) -> Span | None:
    """Hours such as 09:00-17:00. An end that is not behind the start lies in the next day; None: no hours."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:
        return None
    return Span(start, end if end > start else end + DAY_MINUTES)


def _week(given: Sequence[Any], problems: list[FieldProblem]) -> tuple[tuple[Span, ...], ...]:
    if len(given) != WEEK:
        problems.append(FieldProblem("week", "bad_week", _("A week has seven days, from Monday to Sunday.")))
        return ((),) * WEEK
    before = len(problems)
    week = tuple(_day(number, texts, problems) for number, texts in enumerate(given))
    if len(problems) > before:
        return week
    if not any(week):
        message = _("The calendar has no working time. Give at least one day its hours.")
        problems.append(FieldProblem("week", "no_working_time", message))
    for number, day in enumerate(week):
        if day and day[-1].end > DAY_MINUTES and _overlap_next(day[-1], week[(number + 1) % WEEK]):
            problems.append(_overlap(f"week.{number}.{len(day) - 1}"))
    return week


def _day(number: int, texts: Any, problems: list[FieldProblem]) -> tuple[Span, ...]:
    if not isinstance(texts, Sequence) or isinstance(texts, str) or len(texts) > MOST_SPANS:
        message = _("A day has a list of at most %(most)s hours.", most=MOST_SPANS)
        problems.append(FieldProblem(f"week.{number}", "bad_hours", message))
        return ()
    spans: list[tuple[Span, int]] = []
    for place, text in enumerate(texts):
        span = read_span(text)
        if span is None:
            message = _("“%(text)s” is no hours. Write them such as 09:00-17:00.", text=str(text)[:40])
            problems.append(FieldProblem(f"week.{number}.{place}", "bad_hours", message))
        else:
            spans.append((span, place))
    spans.sort()
    problems.extend(
        _overlap(f"week.{number}.{place}") for (one, _at), (two, place) in pairwise(spans) if two.start < one.end
    )
    return tuple(span for span, _place in spans)


def _overlap_next(last: Span, following: Sequence[Span]) -> bool:
    return bool(following) and following[0].start < last.end - DAY_MINUTES


def _overlap(path: str) -> FieldProblem:
    return FieldProblem(path, "hours_overlap", _("These hours overlap others."))


def _holidays(given: Sequence[Any], problems: list[FieldProblem]) -> tuple[Holiday, ...]:
    if len(given) > MOST_HOLIDAYS:
        message = _("A calendar has at most %(most)s holidays.", most=MOST_HOLIDAYS)
        problems.append(FieldProblem("holidays", "too_many", message))
        return ()
    found: dict[tuple[date, bool], Holiday] = {}
    for number, one in enumerate(given):
        day = _date(one.get("date"))
        if day is None:
            message = _("“%(text)s” is no date. Write one such as 2026-12-25.", text=str(one.get("date") or "")[:40])
            problems.append(FieldProblem(f"holidays.{number}.date", "bad_date", message))
            continue
        name = " ".join(str(one.get("name") or "").split())[:MOST_LETTERS]
        holiday = Holiday(day, name, yearly=bool(one.get("yearly")))
        found.setdefault((day, holiday.yearly), holiday)
    return tuple(sorted(found.values(), key=lambda one: one.day))


def _date(text: Any) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
