"""The figures of Home. Each is one query, bounded by time or by a small state; none is asked in a loop."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, Subquery, cast, func, select, union_all

from studio.approvals.models import Decision, Request
from studio.approvals.outcomes import AGREED
from studio.console.home_counts import Calendar, Counted
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run, Workflow
from studio.runtime.outcomes import STUCK, Mode, RunState

BUSIEST = 3
MOST_CAUSES = 4
MOST_TROUBLED = 5_000
"""Runs of a state that are grouped by cause: the newest of them."""
MOST_DECISIONS = 20_000
"""More approvals than that in one week are summed only in part, and the page says so."""
BAD = frozenset({RunState.FAILED, *STUCK})


@dataclass(slots=True)
class Day:
    """The runs that began on one day."""

    start: datetime
    total: int = 0
    succeeded: int = 0
    bad: int = 0

    @property
    def share(self) -> Decimal | None:
        """How much of what has ended well, per cent, never rounded up; None before anything has ended."""
        ended = self.succeeded + self.bad
        return Decimal(self.succeeded * 1000 // ended) / 10 if ended else None


@dataclass(frozen=True, slots=True)
class Busy:
    """A workflow and its runs in the last DAYS days."""

    id: UUID
    name: str
    runs: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Runs of one workflow that share a state and a cause."""

    workflow_id: UUID
    workflow: str
    state: str
    cause: str
    runs: int
    latest: UUID


@dataclass(frozen=True, slots=True)
class Money:
    """What went through approvals in the workspace's currency."""

    amount: Decimal
    cut: bool
    """There was more than was read."""


def days(found: Counted, calendar: Calendar) -> list[Day]:
    """Runs a day, by how they ended."""
    made = [Day(start) for start in calendar.days]
    for (place, state), count in found.by_day.items():
        day = made[place]
        day.total += count
        day.succeeded += count if state == RunState.SUCCEEDED else 0
        day.bad += count if state in BAD else 0
    return made


def busiest(uow: UnitOfWork, found: Counted) -> Sequence[Busy]:
    """The workflows with most runs."""
    most = found.by_workflow.most_common(BUSIEST)
    names = select(Workflow.id, Workflow.name).where(Workflow.id.in_([key for key, _runs in most]))
    named = {row.id: row.name for row in uow.session.execute(names)}
    lines = [Busy(key, named[key], runs) for key, runs in most if key in named]
    return sorted(lines, key=lambda one: (-one.runs, one.name))


def waiting_for_people(uow: UnitOfWork) -> int:
    """Runs that go on once somebody has decided."""
    query = select(func.count()).select_from(Run)
    query = query.where(Run.state == RunState.WAITING, Run.waiting_for == "approval", Run.mode == Mode.LIVE)
    return uow.session.scalar(query) or 0


def approved_money(uow: UnitOfWork, calendar: Calendar, currency: str) -> Money:
    """The sum of what was approved this week. Added up as decimals: no database sums text to the cent."""
    query = (
        select(Request.amount)
        .join(Decision, Decision.request_id == Request.id)
        .where(
            Decision.id >= first_id_at(calendar.monday),
            Decision.outcome.in_(AGREED),
            Request.amount.is_not(None),
            Request.currency == currency,
        )
        .limit(MOST_DECISIONS + 1)
    )
    found = list(uow.session.scalars(query))
    return Money(sum((_decimal(one) for one in found[:MOST_DECISIONS]), Decimal(0)), len(found) > MOST_DECISIONS)


def failures(uow: UnitOfWork, calendar: Calendar) -> Sequence[Trouble]:
    """What failed today, by workflow and cause, the most frequent first."""
    run = _newest((RunState.FAILED,), Run.id >= first_id_at(calendar.days[-1]))
    return _grouped(uow, run, run.c.code)


def stuck(uow: UnitOfWork) -> Sequence[Trouble]:
    """Runs that go on only when a person says how, by workflow."""
    return _grouped(uow, _newest(STUCK))


def _newest(states: Iterable[str], *conditions: ColumnElement[bool]) -> Subquery:
    """The newest of each state, in the order of an index. Grouped as a whole, SQLite would read all runs."""
    code, message = Run.error["code"].as_string().label("code"), Run.error["message"].as_string().label("message")
    columns = select(Run.id, Run.workflow_id, Run.state, code, message).where(Run.mode == Mode.LIVE, *conditions)
    heads = [
        columns.where(Run.state == state).order_by(Run.id.desc()).limit(MOST_TROUBLED).subquery() for state in states
    ]
    return union_all(*(select(head) for head in heads)).subquery()


def _grouped(uow: UnitOfWork, run: Subquery, *keys: ColumnElement[Any]) -> Sequence[Trouble]:
    runs = func.count()
    # As text: PostgreSQL takes no max() of ids before version 18.
    latest = func.max(cast(run.c.id, String))
    query = (
        select(run.c.workflow_id, Workflow.name, run.c.state, func.max(run.c.message), runs, latest)
        .join(Workflow, Workflow.id == run.c.workflow_id)
        .group_by(run.c.workflow_id, Workflow.name, run.c.state, *keys)
        .order_by(runs.desc())
        .limit(MOST_CAUSES)
    )
    return [_trouble(row) for row in uow.session.execute(query)]


def has_workflows(uow: UnitOfWork) -> bool:
    """Whether anything was ever drawn here."""
    return uow.session.scalar(select(Workflow.id).where(Workflow.archived_at.is_(None)).limit(1)) is not None


def has_runs(uow: UnitOfWork) -> bool:
    """Whether anything ever ran here."""
    return uow.session.scalar(select(Run.id).limit(1)) is not None


def _trouble(row: Any) -> Trouble:
    return Trouble(row[0], row[1], row[2], row[3] or "", row[4], UUID(row[5]))


def _decimal(text: str | None) -> Decimal:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return Decimal(0)
