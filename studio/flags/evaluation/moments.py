"""Moments as clients write them, as whole nanoseconds, so that no digit of theirs is lost in comparing."""

import re
from datetime import UTC, datetime, timedelta

_MOMENT = re.compile(
    r"\s*(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:[Tt]|\s+)(?P<time>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})"
    r"(?:\.(?P<fraction>[0-9]{1,9})[0-9]*)?\s*(?:[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2}))\s*"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAP = 60
_LAST_MINUTE = 59
_SECOND_NS = 1_000_000_000


def nanoseconds(text: str) -> int | None:
    """Since 1970, in UTC; None where the text is no date with a time and an offset from UTC."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        return None
    year, month, day = map(int, found["date"].split("-"))
    hour, minute, second = map(int, found["time"].split(":"))
    try:
        whole = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    if second > _LEAP or int(found["minutes"] or 0) > _LAST_MINUTE:
        return None
    offset = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    seconds = (whole - _EPOCH) // timedelta(seconds=1) + max(second - 59, 0)
    seconds += int(offset.total_seconds()) * (1 if found["sign"] == "-" else -1)
    return seconds * _SECOND_NS + int((found["fraction"] or "").ljust(9, "0"))
