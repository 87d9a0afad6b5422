"""Durable jobs: a row written with the change that asks for it, done after the commit.

Two kinds of handler. An inside handler gets a unit of work of the row's workspace and commits
together with the row's `done`: exactly once. An outside handler (mail) runs with no transaction
open: at least once, always under the row's key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from studio.core import clock, rng
from studio.core.among import among
from studio.core.faults import fault_point
from studio.core.ids import new_id
from studio.core.inserting import insert_all
from studio.core.metrics import OUTBOX_JOBS, OUTBOX_LAG
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

LEASE = timedelta(seconds=120)
STALE_S = 60.0
"""Jobs of a batch that were not begun by then are handed back, well before their lease ends."""
BATCH = 20
MAX_ATTEMPTS = 15
"""About four hours of trying, with the back-off below."""
_BASE_S, _CEILING_S = 2.0, 3_600.0
_ERROR_LENGTH = 2_000

Inside = Callable[[UnitOfWork, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed row."""

    id: UUID
    workspace_id: UUID
    topic: str
    key: str
    payload: dict[str, Any]
    attempts: int
    max_attempts: int
    holder: str | None


Outside = Callable[[Job], None]


_JOB = (
    OutboxRow.id,
    OutboxRow.workspace_id,
    OutboxRow.topic,
    OutboxRow.key,
    OutboxRow.payload,
    OutboxRow.attempts,
    OutboxRow.max_attempts,
    OutboxRow.holder,
)


class GiveUp(Exception):
    """Raised by a handler: the job has failed for good."""


class Later(Exception):
    """Raised by an outside handler: the other side says how long it is not to be asked again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class _Lost(Exception):
    """The lease went to somebody else meanwhile."""


on_enqueued: Callable[[], None] | None = None
"""Called after a commit that left something due now. Set at start; the hint may be lost."""

_inside: dict[str, Inside] = {}
_outside: dict[str, Outside] = {}


def register(topic: str, handler: Inside) -> None:
    """Say who does a topic's jobs within the database. The latest registration counts."""
    _outside.pop(topic, None)
    _inside[topic] = handler


def register_outside(topic: str, handler: Outside) -> None:
    """Say who does a topic's jobs outside of the database, at least once each."""
    _inside.pop(topic, None)
    _outside[topic] = handler


def enqueue(
    uow: UnitOfWork,
    topic: str,
    *,
    key: str,
    payload: dict[str, Any],
    due_at: datetime | None = None,
    max_attempts: int = MAX_ATTEMPTS,
    workspace_id: UUID | None = None,
) -> bool:
    """Leave a job, due at once unless said. False where the workspace has one of this key already.

    `workspace_id` is for units across workspaces alone.
    """
    due_at = due_at or uow.now
    values = _values(uow, workspace_id or uow.workspace, topic, key, payload, due_at) | {"max_attempts": max_attempts}
    left = uow.session.execute(_unless_there(uow).values(values).returning(OutboxRow.id)).first() is not None
    if left and on_enqueued is not None and due_at <= uow.now:
        uow.after_commit(on_enqueued)
    return left


@dataclass(frozen=True, slots=True)
class Left:
    """A job that is to be left."""

    topic: str
    key: str
    payload: dict[str, Any]
    due_at: datetime


def enqueue_all(uow: UnitOfWork, jobs: Sequence[Left]) -> None:
    """Leave several jobs in one statement, without those whose key the workspace has already."""
    if not jobs:
        return
    rows = [_values(uow, uow.workspace, one.topic, one.key, one.payload, one.due_at) for one in jobs]
    insert_all(uow.session, OutboxRow, rows, unless_there=True)
    if on_enqueued is not None and any(one.due_at <= uow.now for one in jobs):
        uow.after_commit(on_enqueued)


def _unless_there(uow: UnitOfWork) -> Any:
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(OutboxRow).on_conflict_do_nothing()


def _values(
    uow: UnitOfWork, workspace_id: UUID, topic: str, key: str, payload: dict[str, Any], due_at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "topic": topic,
        "key": key,
        "payload": payload,
        "due_at": due_at,
        "state": "queued",
        "attempts": 0,
        "max_attempts": MAX_ATTEMPTS,
        "created_at": uow.now,
    }


def cancel(uow: UnitOfWork, key: str) -> bool:
    """Take a job back. False where it is under way, done, or was never left."""
    gone = delete(OutboxRow).where(OutboxRow.key == key, OutboxRow.state == "queued")
    return uow.session.execute(gone.returning(OutboxRow.id)).first() is not None


def is_due(database: Database) -> bool:
    """Whether drain() would find anything: far cheaper than to claim nothing."""
    with database.across(read_only=True) as uow:
        found = select(OutboxRow.id).where(or_(*_takeable(uow.now))).limit(1)
        return uow.session.scalar(found) is not None


def cancel_all(uow: UnitOfWork, keys: list[str]) -> int:
    """Take jobs back, in one statement; returns how many."""
    gone = delete(OutboxRow).where(among(uow.session, OutboxRow.key, keys), OutboxRow.state == "queued")
    return len(uow.session.execute(gone.returning(OutboxRow.id)).all())


def drain(database: Database, limit: int = 100, budget_s: float = 5.0, *, holder: str | None = None) -> int:
    """Do what is due: at most `limit` jobs, beginning none after `budget_s` seconds.

    Returns how many were tried. `holder` is the name by which free() finds what a process held.
    """
    end, tried = clock.monotonic() + budget_s, 0
    while tried < limit and clock.monotonic() < end:
        jobs = _claim(database, min(BATCH, limit - tried), holder)
        if not jobs:
            break
        stale = clock.monotonic() + STALE_S
        for number, job in enumerate(jobs):
            if clock.monotonic() >= min(end, stale):
                _hand_back(database, jobs[number:])
                break
            _do(database, job)
            tried += 1
    return tried


def free(session: Session, holder: str, *, dead: bool) -> int:
    """Let others do at once what a process held that has died, or is about to stop. Returns how many jobs.

    A death has used up the attempt, a stop has not.
    """
    held = and_(OutboxRow.state == "running", OutboxRow.holder == holder)
    if dead:
        _give_up_lost(session, held)
    freed = (
        update(OutboxRow)
        .where(held)
        .values(
            state="queued",
            lease_until=None,
            holder=None,
            attempts=OutboxRow.attempts if dead else OutboxRow.attempts - 1,
        )
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(freed).all())


def lag_s(database: Database) -> float:
    """Seconds that the oldest due job has been waiting; 0 where none is."""
    with database.across(read_only=True) as uow:
        oldest = select(func.min(OutboxRow.due_at)).where(OutboxRow.state == "queued")
        due_at = uow.session.execute(oldest).scalar()
        return max(0.0, (uow.now - due_at).total_seconds()) if due_at else 0.0


def purge(database: Database, older_than: timedelta) -> int:
    """Forget jobs that ended so long ago. Their keys may be used again then."""
    with database.across() as uow:
        old = delete(OutboxRow).where(OutboxRow.done_at < uow.now - older_than)
        return len(uow.session.execute(old.returning(OutboxRow.id)).all())


def _claim(database: Database, count: int, holder: str | None) -> list[Job]:
    """Take the oldest due jobs under a lease, counting the attempt before it is made."""
    topics = (*_inside, *_outside)
    with database.across() as uow:
        now = uow.now
        due, lost = _takeable(now)
        _give_up_lost(uow.session, lost)
        chosen = (
            select(OutboxRow.id)
            .where(or_(due, lost), OutboxRow.topic.in_(topics))
            .order_by(OutboxRow.due_at)
            .limit(count)
            .with_for_update(skip_locked=True)
            .cte("chosen")  # evaluated once; as a subquery PostgreSQL may run it again and again
        )
        claimed = (
            update(OutboxRow)
            .where(OutboxRow.id.in_(select(chosen.c.id)))
            .values(state="running", attempts=OutboxRow.attempts + 1, lease_until=now + LEASE, holder=holder)
            .returning(*_JOB, OutboxRow.due_at)
            .execution_options(synchronize_session=False)
        )
        rows = uow.session.execute(claimed).all()
    jobs = [Job(*row[:-1]) for row in rows]
    OUTBOX_LAG.set(max(((now - row.due_at).total_seconds() for row in rows), default=0.0))
    if jobs:
        fault_point("outbox.claimed")
    return sorted(jobs, key=lambda job: job.id)


def _takeable(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What is due, and what somebody took and did not come back from."""
    return (
        and_(OutboxRow.state == "queued", OutboxRow.due_at <= now),
        and_(OutboxRow.state == "running", OutboxRow.lease_until < now),
    )


def _give_up_lost(session: Session, lost: Any) -> None:
    """A job that takes its worker down with it every time must stop costing workers."""
    session.execute(
        update(OutboxRow)
        .where(lost, OutboxRow.attempts >= OutboxRow.max_attempts)
        .values(
            state="failed",
            done_at=clock.database_now(session),
            lease_until=None,
            holder=None,
            last_error="its worker was lost at every attempt",
        )
        .execution_options(synchronize_session=False)
    )


def _do(database: Database, job: Job) -> None:
    outcome = "done"
    try:
        if job.topic in _inside:
            with database.unit(job.workspace_id) as uow:
                _end(uow, job)  # first: it locks the row, so a late rival finds the lease gone
                _inside[job.topic](uow, job.payload)
                fault_point("outbox.inside")
            fault_point("outbox.after_commit")
        else:
            _outside[job.topic](job)
            fault_point("outbox.sent")
            with database.across() as uow:
                _end(uow, job)
            fault_point("outbox.done")
    except _Lost:
        outcome = "lost"
        log.warning("outbox_lease_lost", topic=job.topic, job_id=str(job.id))
    except Exception as error:  # noqa: BLE001 - whatever it was, the row remembers it
        outcome = "failed"
        _failed(database, job, error)
    OUTBOX_JOBS.labels(job.topic, outcome).inc()


def _end(uow: UnitOfWork, job: Job) -> None:
    _settle(uow, job, state="done", payload={}, done_at=uow.now)


def _failed(database: Database, job: Job, error: Exception) -> None:
    final = isinstance(error, GiveUp) or job.attempts >= job.max_attempts
    words = f"{type(error).__name__}: {error}".replace("\0", "")[:_ERROR_LENGTH]
    log.warning("outbox_failed", topic=job.topic, job_id=str(job.id), final=final, error=words)
    with database.across() as uow:
        now = uow.now
        outcome = {"state": "failed", "done_at": now} if final else _again(now, job.attempts, error)
        try:
            _settle(uow, job, last_error=words, **outcome)
        except _Lost:
            return
    fault_point("outbox.failed")


def _again(now: datetime, attempts: int, error: Exception) -> dict[str, Any]:
    """Full jitter: a dead mail server is not asked by everybody at the same moment."""
    ceiling = min(_CEILING_S, _BASE_S * 2 ** (attempts - 1))
    asked = min(_CEILING_S, max(0.0, error.seconds)) if isinstance(error, Later) else 0.0
    return {"state": "queued", "due_at": now + timedelta(seconds=asked + rng.jitter(ceiling))}


def _hand_back(database: Database, jobs: list[Job]) -> None:
    with database.across() as uow:
        for job in jobs:
            uow.session.execute(
                update(OutboxRow)
                .where(_ours(job))
                .values(state="queued", attempts=job.attempts - 1, lease_until=None, holder=None)
                .execution_options(synchronize_session=False)
            )
    fault_point("outbox.handed_back")


def _ours(job: Job) -> Any:
    """Whether nobody else has claimed it since: one who was freed of it may have the same attempt's number."""
    same = (OutboxRow.attempts == job.attempts, OutboxRow.holder.is_not_distinct_from(job.holder))
    return and_(OutboxRow.id == job.id, OutboxRow.state == "running", *same)


def _settle(uow: UnitOfWork, job: Job, **values: Any) -> None:
    """Write a job's end, if the lease is still ours."""
    statement = (
        update(OutboxRow)
        .where(_ours(job))
        .values(lease_until=None, holder=None, **values)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    if uow.session.execute(statement).first() is None:
        raise _Lost
