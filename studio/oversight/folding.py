"""Days that are over, added up once: a report of 90 days reads them instead of all that was answered.

A day is one of UTC. Nothing that was counted changes later: votes keep their time, and whatever was passed on or ran
out stays so.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.core import sketch
from studio.core.unit_of_work import UnitOfWork
from studio.oversight import counting
from studio.oversight.counting import By, Tallies, Tally
from studio.oversight.models import ApprovalLoadDay, ApprovalLoadFolded

KEPT = timedelta(days=95)
"""Longer than the longest period."""
SETTLED = timedelta(hours=1)
"""So long after midnight no transaction of the day before is still to commit."""
DAYS_AT_ONCE = 31
"""A transaction."""
KEY = 80
DAY = timedelta(days=1)


def fold(uow: UnitOfWork, days: int = DAYS_AT_ONCE) -> int:
    """Add up days that have ended since the last time, and forget old ones. Returns how many days were added up."""
    last = (uow.now - SETTLED).date() - DAY
    known = folded_until(uow)
    if known is not None and known >= last:
        return 0
    state = _locked(uow, last - KEPT)
    first = max(state.until + DAY, last - KEPT + DAY)
    ended = [first + timedelta(days=number) for number in range(min(days, (last - first).days + 1))]
    for day in ended:
        uow.session.add_all(_rows(uow, day))
        state.until = day
    uow.session.execute(delete(ApprovalLoadDay).where(ApprovalLoadDay.day < last - KEPT))
    uow.session.flush()
    return len(ended)


def rebuild(uow: UnitOfWork) -> int:
    """Add all days up anew, from what was really said. Returns how many."""
    last = (uow.now - SETTLED).date() - DAY
    state = _locked(uow, last - KEPT)
    uow.session.execute(delete(ApprovalLoadDay))
    state.until = last - KEPT
    uow.session.flush()
    return fold(uow, KEPT.days)


def folded_until(uow: UnitOfWork) -> date | None:
    """The last day that was added up; None: none was."""
    return uow.session.scalar(select(ApprovalLoadFolded.until))


def tallies(uow: UnitOfWork, by: By, begin: datetime) -> Tallies:
    """What ended since a moment: whole days from their sums, the rest as it is."""
    until = folded_until(uow)
    first = begin.astimezone(UTC).date()
    if datetime.combine(first, time(), UTC) < begin:
        first += DAY
    if until is None or until < first:
        return counting.tallies(uow, by, begin)
    found = counting.tallies(uow, by, begin, _midnight(first)) if begin < _midnight(first) else {}
    _add_all(found, counting.tallies(uow, by, _midnight(until + DAY)))
    _add_days(uow, by, first, until, found)
    return found


def _add_days(uow: UnitOfWork, by: By, first: date, until: date, found: Tallies) -> None:
    row = ApprovalLoadDay
    columns = row.key, row.answered, row.waited, row.worked, row.reassigned, row.escalated, row.expired
    query = select(*columns).where(row.by == by.value, row.day >= first, row.day <= until)
    buckets: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for key, answered, waited, worked, reassigned, escalated, expired in uow.session.execute(query):
        tally = found.setdefault(key, Tally())
        tally.answered += answered
        tally.reassigned += reassigned
        tally.escalated += escalated
        tally.expired += expired
        sums = buckets.setdefault(key, (Counter(), Counter()))
        for known, more in zip(sums, (waited, worked), strict=True):
            for number, count in more.items():
                known[number] += count
    for key, sums in buckets.items():
        for times, known in zip((found[key].waited, found[key].worked), sums, strict=True):
            for number, count in known.items():
                times[sketch.time_of(int(number))] += count


def _add_all(found: Tallies, more: Tallies) -> None:
    for key, other in more.items():
        tally = found.setdefault(key, Tally())
        tally.waited.update(other.waited)
        tally.worked.update(other.worked)
        tally.answered += other.answered
        tally.reassigned += other.reassigned
        tally.escalated += other.escalated
        tally.expired += other.expired


def _rows(uow: UnitOfWork, day: date) -> Iterator[ApprovalLoadDay]:
    for by in By:
        for key, tally in counting.tallies(uow, by, _midnight(day), _midnight(day + DAY)).items():
            yield ApprovalLoadDay(
                workspace_id=uow.workspace,
                day=day,
                by=by.value,
                key=key[:KEY],
                answered=tally.answered,
                waited=_written(tally.waited),
                worked=_written(tally.worked),
                reassigned=tally.reassigned,
                escalated=tally.escalated,
                expired=tally.expired,
            )


def _written(times: Counter[int]) -> dict[str, int]:
    return {str(number): count for number, count in sketch.bucketed(times).items()}


def _locked(uow: UnitOfWork, until: date) -> ApprovalLoadFolded:
    """The workspace's row, made where there is none: whoever else adds up waits."""
    dialect: Any = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    made = dialect.insert(ApprovalLoadFolded).values(workspace_id=uow.workspace, until=until)
    uow.session.execute(made.on_conflict_do_nothing())
    query = select(ApprovalLoadFolded).with_for_update()
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
