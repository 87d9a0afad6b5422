"""Days that are over, added up once: a report of a month reads thirty rows instead of a million runs."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.accounts.service import workspaces
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.reports import counting, months
from studio.oversight.reports.figures import Figures
from studio.oversight.reports.months import DAY, Month
from studio.oversight.reports.tables import ReportDay

SETTLED = timedelta(hours=1)
"""So long after midnight no transaction of the day before is still to commit."""
BACK = 62
"""Days that are looked back for ones that are not added up: an upgrade, an outage, another time zone."""
AT_ONCE = 7
"""Days a transaction."""


def add_up(uow: UnitOfWork, most: int = AT_ONCE) -> int:
    """Add up days that have ended. Returns how many. Two at once write the same."""
    workspace = workspaces.current(uow)
    zone = ZoneInfo(workspace.time_zone)
    last = months.today(uow.now - SETTLED, zone) - DAY
    first = max(last - DAY * BACK, months.today(workspace.created_at, zone))
    known = select(ReportDay.day).where(ReportDay.day >= first, ReportDay.zone == workspace.time_zone)
    there = set(uow.session.scalars(known))
    days = [first + DAY * number for number in range((last - first).days + 1)]
    missing = [day for day in days if day not in there][:most]
    for day in missing:
        _write(uow, day, workspace.time_zone, of_day(uow, day, zone))
    return len(missing)


def of_day(uow: UnitOfWork, day: date, zone: ZoneInfo) -> Figures:
    """A day, counted."""
    return counting.count(uow, months.begin(day, zone), months.begin(day + DAY, zone))


def of_month(uow: UnitOfWork, month: Month) -> Figures:
    """A month: its days' sums, and what of it is not added up, counted in as few pieces as there are gaps."""
    name = workspaces.current(uow).time_zone
    zone, found = ZoneInfo(name), Figures()
    kept = select(ReportDay.day, ReportDay.zone, ReportDay.figures)
    rows = uow.session.execute(kept.where(ReportDay.day >= month.first, ReportDay.day < month.next.first)).all()
    earliest = months.today(uow.now, zone) - DAY * BACK
    # what is older than is looked back for stays as its own time zone added it up: its runs may be gone
    known = {row.day: row.figures for row in rows if row.zone == name or row.day < earliest}
    for figures in known.values():
        found.add(Figures.read(figures))
    for first, behind in _gaps([day for day in month.days() if day not in known]):
        if months.begin(first, zone) < uow.now:
            found.add(counting.count(uow, months.begin(first, zone), months.begin(behind, zone)))
    return found


def with_something(uow: UnitOfWork) -> list[Month]:
    """Months that a report may be read of, newest first: from the workspace's first to this one."""
    workspace = workspaces.current(uow)
    zone = ZoneInfo(workspace.time_zone)
    first = months.of(months.today(workspace.created_at, zone))
    month, found = months.of(months.today(uow.now, zone)), list[Month]()
    while month >= first and len(found) < 120:
        found.append(month)
        month = month.before
    return found


def _gaps(days: list[date]) -> list[tuple[date, date]]:
    """Days that follow one another, together: the first, and the one behind the last."""
    found: list[tuple[date, date]] = []
    for day in days:
        if found and found[-1][1] == day:
            found[-1] = found[-1][0], day + DAY
        else:
            found.append((day, day + DAY))
    return found


def _write(uow: UnitOfWork, day: date, zone: str, figures: Figures) -> None:
    uow.session.execute(delete(ReportDay).where(ReportDay.day == day, ReportDay.zone != zone))
    dialect: Any = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"workspace_id": uow.workspace, "day": day, "zone": zone, "figures": figures.written()}
    uow.session.execute(dialect.insert(ReportDay).values(values).on_conflict_do_nothing())
