"""What a person's wall clock means: "14 March, 02:30" in their zone, where clocks jump twice a year."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Unclear(StrEnum):
    """Why a reading of the wall clock names no moment."""

    SKIPPED = "skipped"
    """Clocks go forward over it."""
    OUT_OF_REACH = "out_of_reach"
    """Before the first or after the last year there is."""


def moment(reading: datetime, zone: ZoneInfo, now: datetime) -> datetime | Unclear:
    """The moment, in UTC, at which the clocks of a zone show a naive reading.

    Where they show it twice, the first that is still to come at `now`; else the first.
    """
    try:
        first, second = (reading.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        shown = first.astimezone(zone).replace(tzinfo=None, fold=0)
    except OverflowError:
        return Unclear.OUT_OF_REACH
    if shown != reading.replace(fold=0):
        return Unclear.SKIPPED
    return second if first <= now < second else first


def day_end(now: datetime, zone: str) -> datetime:
    """The midnight that ends the day of a zone, by its clocks."""
    local = now.astimezone(ZoneInfo(zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
