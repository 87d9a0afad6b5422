"""Load and latency: how much waits, how fast it is answered, what is passed on or runs out.

Percentiles are by nearest rank. Days that are over are read from their sums (`folding.py`), which keep times to within
one per cent; counts are exact.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from studio.approvals import people
from studio.core import sketch
from studio.core.unit_of_work import UnitOfWork
from studio.oversight import counting, folding
from studio.oversight.counting import By, Tally
from studio.runtime.models import Workflow

__all__ = ["By", "Line", "Period", "Report", "Sort", "report", "since"]

MOST = 200
"""Rows that are shown, the first ones of the order that was asked for."""


class Period(StrEnum):
    """How far back, in days of the reader's time zone; today is one of them."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"


class Sort(StrEnum):
    """What the rows are ordered by: names from A on, figures from the largest on."""

    NAME = "name"
    OPEN = "open"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    MEDIAN = "median"
    P90 = "p90"
    WORKING_MEDIAN = "working_median"
    WORKING_P90 = "working_p90"
    REASSIGNED = "reassigned"
    ESCALATED = "escalated"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Line:
    """One person, group or workflow. Seconds are None where nothing was measured."""

    key: str
    """Id of a person or workflow; name of a group."""
    name: str
    """Empty: a person without a seat, a workflow that is gone."""
    open: int = 0
    """Shares (of a workflow: requests) that wait now, whenever they were asked."""
    overdue: int = 0
    """Those of them whose deadline has passed."""
    answered: int = 0
    median_s: int | None = None
    p90_s: int | None = None
    working_median_s: int | None = None
    working_p90_s: int | None = None
    reassigned: int = 0
    escalated: int = 0
    expired: int = 0

    @property
    def ended(self) -> int:
        """What the shares below are shares of: answered, or left without an answer by this person."""
        return self.answered + self.reassigned + self.escalated + self.expired

    def share(self, count: int) -> float:
        """A part of what ended, 0 to 1."""
        return count / self.ended if self.ended else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """The lines of a period."""

    lines: tuple[Line, ...]
    since: datetime
    cut: bool
    """There are more than MOST."""


def since(now: datetime, time_zone: str, period: Period) -> datetime:
    """When the period begins: a midnight of the reader's, today being its last day."""
    zone = ZoneInfo(time_zone)
    first = now.astimezone(zone).date() - timedelta(days=int(period) - 1)
    return datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(now.tzinfo)


def report(uow: UnitOfWork, by: By, begin: datetime, sort: Sort = Sort.OPEN, most: int = MOST) -> Report:
    """What waits now, and what has ended since a moment."""
    ended, waiting = folding.tallies(uow, by, begin), counting.open_now(uow, by)
    names = _names(uow, by, {**ended, **waiting})
    lines = [
        _line(key, names.get(key, ""), ended.get(key) or Tally(), *waiting.get(key, (0, 0)))
        for key in {**ended, **waiting}
    ]
    ordered = sorted(lines, key=lambda line: _place(line, sort))
    return Report(tuple(ordered[:most]), begin, len(ordered) > most)


def _line(key: str, name: str, tally: Tally, open_now: int, overdue: int) -> Line:
    median, p90 = sketch.percentiles(tally.waited, (50, 90))
    working_median, working_p90 = sketch.percentiles(tally.worked, (50, 90))
    return Line(
        key,
        name,
        open=open_now,
        overdue=overdue,
        answered=tally.answered,
        median_s=median,
        p90_s=p90,
        working_median_s=working_median,
        working_p90_s=working_p90,
        reassigned=tally.reassigned,
        escalated=tally.escalated,
        expired=tally.expired,
    )


_COUNTS = (Sort.OPEN, Sort.OVERDUE, Sort.ANSWERED, Sort.REASSIGNED, Sort.ESCALATED, Sort.EXPIRED)


def _place(line: Line, sort: Sort) -> tuple[float, str, str]:
    if sort is Sort.NAME:
        return 0, line.name.casefold(), line.key
    value = getattr(line, sort if sort in _COUNTS else f"{sort}_s")
    if sort in (Sort.REASSIGNED, Sort.ESCALATED, Sort.EXPIRED):
        value = line.share(value)
    return -(value if value is not None else -1), line.name.casefold(), line.key


def _names(uow: UnitOfWork, by: By, keys: Iterable[str]) -> dict[str, str]:
    if by is By.GROUP:
        return {key: key for key in keys}
    ids = [UUID(key) for key in keys]
    if by is By.PERSON:
        return {str(user_id): person.name for user_id, person in people.by_ids(uow, ids).items()}
    rows = uow.session.execute(select(Workflow.id, Workflow.name).where(Workflow.id.in_(ids)))
    return {str(row[0]): row[1] for row in rows}
