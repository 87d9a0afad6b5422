"""Holidays as lines of text: "2026-12-25 Christmas" once, "12-25 Christmas" every year."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

YEARLY = 2000
"""The year that a day of every year is kept under: a leap year, so that 29 February is one."""
_EVERY_YEAR = re.compile(r"\d{2}-\d{2}")


def lines(holidays: Iterable[Mapping[str, Any]]) -> str:
    """One a line, in the order they are kept."""
    return "\n".join(f"{_day(one)} {one['name']}".strip() for one in holidays)


def sent(text: str) -> list[dict[str, Any]]:
    """The holidays behind lines; what is no date stays as it was typed, so that it is refused by name."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _space, name = line.partition(" ")
        yearly = _EVERY_YEAR.fullmatch(day) is not None
        found.append({"date": f"{YEARLY}-{day}" if yearly else day, "name": name.strip(), "yearly": yearly})
    return found


def _day(holiday: Mapping[str, Any]) -> str:
    day = str(holiday["date"])
    return day[5:] if holiday["yearly"] else day
