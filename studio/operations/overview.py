"""What waits, what is held, who works: as of one moment, of one workspace or of all.

What a session sees decides whose it is: a workspace's own session counts that workspace's runs, the engine's counts
everybody's. Workers and the timers' lease are the installation's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.models import OutboxRow
from studio.operations.partitions import partitioned, without_month
from studio.runtime.engine.attending import SILENT
from studio.runtime.models import LoopLease, Run, WaitRow, WorkerProcess
from studio.runtime.outcomes import Lane

MOST = 10_000
"""Rows of one kind are counted no further."""
LATE = timedelta(seconds=30)
"""A lease that ran out is found by the next sweep, so one of before is a sign that nobody sweeps."""
SWEPT = timedelta(seconds=10)
"""The timers' lease is renewed twice a second."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Runs of one lane that could be claimed, or, at the gate and parked, that wait for more than a worker."""

    lane: Lane
    waiting: int
    """MOST at most."""
    oldest: timedelta | None
    """How long its oldest runnable run has waited; None: none does."""


@dataclass(frozen=True, slots=True)
class Worker:
    """One process that executes runs, as it says itself."""

    holder: str
    host: str
    pid: int
    release: str
    threads: int
    draining: bool
    silent: bool
    """It has said nothing for so long that it is taken for gone."""
    started_at: datetime
    seen_at: datetime
    held: int
    """Runs that it holds under leases, of those that whoever asks may see."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """What commits have left to be done, of one topic."""

    topic: str
    due: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    at: datetime
    queues: tuple[Queue, ...]
    workers: tuple[Worker, ...]
    running: int
    """Runs that are held."""
    lost: int
    """Of these: under a lease that ran out LATE ago, and that nobody has taken up."""
    jobs: tuple[Jobs, ...]
    timer_lag: timedelta
    """How long ago the oldest timer was due that has not fired."""
    swept_until: datetime | None
    """When the timers' lease ends; None: nobody has it."""
    swept_by: str | None
    without_month: tuple[str, ...] = ()
    """Tables that have no partition for the coming month."""

    @property
    def swept(self) -> bool:
        """Somebody turns the timers."""
        return self.swept_until is not None and self.swept_until > self.at - SWEPT

    @property
    def there(self) -> tuple[Worker, ...]:
        """Workers that say so."""
        return tuple(worker for worker in self.workers if not worker.silent)

    @property
    def oldest(self) -> timedelta:
        """How long the run has waited that a worker should have taken longest ago."""
        return max((queue.oldest for queue in self.queues if queue.oldest is not None), default=timedelta())


def look(session: Session) -> Overview:
    """Ask the database: eight statements, each along an index and bounded, and on PostgreSQL one of its catalogue."""
    now = clock.database_now(session)
    held = _held(session)
    lease = session.get(LoopLease, "sweeper")
    lost = select(Run.id).where(Run.state == "running", Run.lease_until < now - LATE).limit(MOST)
    fires = select(func.min(WaitRow.due_at)).where(WaitRow.state == "open", WaitRow.due_at <= now)
    due = session.scalar(fires)
    return Overview(
        at=now,
        queues=tuple(_queues(session, now)),
        workers=tuple(_workers(session, now, held)),
        running=sum(held.values()),
        lost=_count(session, lost),
        jobs=tuple(_jobs(session, now)),
        timer_lag=now - due if due is not None else timedelta(),
        swept_until=lease.until if lease is not None else None,
        swept_by=lease.holder if lease is not None else None,
        without_month=tuple(_without_month(session, now)),
    )


def _without_month(session: Session, now: datetime) -> list[str]:
    return without_month(partitioned(session), now) if session.get_bind().dialect.name == "postgresql" else []


def _queues(session: Session, now: datetime) -> list[Queue]:
    """Every lane, also an empty one. Runs that are put off until later do not count."""
    runnable = Run.state == "queued", Run.available_at <= now
    seen = select(Run.lane, Run.available_at).where(*runnable).limit(MOST).subquery()
    counted = session.execute(select(seen.c.lane, func.count()).group_by(seen.c.lane))
    waiting: dict[str, int] = {row[0]: row[1] for row in counted}
    first = select(Run.lane, func.min(Run.available_at)).where(*runnable).group_by(Run.lane)
    since: dict[str, datetime] = {row[0]: row[1] for row in session.execute(first)}
    return [Queue(lane, waiting.get(lane, 0), now - since[lane] if lane in since else None) for lane in Lane]


def _held(session: Session) -> Mapping[str, int]:
    found = session.execute(select(Run.lease_by, func.count()).where(Run.state == "running").group_by(Run.lease_by))
    return {holder or "": count for holder, count in found}


def _workers(session: Session, now: datetime, held: Mapping[str, int]) -> list[Worker]:
    rows = session.scalars(select(WorkerProcess).order_by(WorkerProcess.host, WorkerProcess.started_at).limit(MOST))
    return [
        Worker(
            row.holder, row.host, row.pid, row.release, row.threads, row.state == "draining",
            row.seen_at <= now - SILENT, row.started_at, row.seen_at, held.get(row.holder, 0),
        )
        for row in rows
    ]  # fmt: skip


def _jobs(session: Session, now: datetime) -> list[Jobs]:
    due = select(OutboxRow.topic, OutboxRow.due_at).where(OutboxRow.state == "queued", OutboxRow.due_at <= now)
    seen = due.order_by(OutboxRow.due_at).limit(MOST).subquery()
    found = session.execute(
        select(seen.c.topic, func.count(), func.min(seen.c.due_at)).group_by(seen.c.topic).order_by(seen.c.topic)
    )
    return [Jobs(topic, count, now - since) for topic, count, since in found]


def _count(session: Session, ids: Select[UUID]) -> int:
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0
