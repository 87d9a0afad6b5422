"""Durable jobs: a row written with the change that asks for it, done after the commit.

Two kinds of handler. An inside handler gets a unit of work of the row's workspace and commits
together with the row's `done`: exactly once; one that is registered for many does in one unit all
of a workspace that were claimed together. An outside handler (mail) runs with no transaction open:
at least once, always under the row's key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.core import claims, clock, rng
from studio.core.among import among
from studio.core.claims import Job
from studio.core.faults import fault_point
from studio.core.holding import Hands
from studio.core.ids import new_id
from studio.core.inserting import insert_all
from studio.core.metrics import OUTBOX_JOBS
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database, UnitOfWork

log = structlog.get_logger()

STALE_S = 60.0
"""Jobs of a batch that were not begun by then are handed back, well before their lease ends."""
BATCH = 20
MAX_ATTEMPTS = 15
"""About four hours of trying, with the back-off below."""
_BASE_S, _CEILING_S = 2.0, 3_600.0
_ERROR_LENGTH = 2_000

Inside = Callable[[UnitOfWork, dict[str, Any]], None]
InsideMany = Callable[[UnitOfWork, Sequence[dict[str, Any]]], None]
Outside = Callable[[Job], None]


class GiveUp(Exception):
    """Raised by a handler: the job has failed for good."""


class Later(Exception):
    """Raised by an outside handler: the other side says how long it is not to be asked again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


on_enqueued: Callable[[], None] | None = None
"""Called after a commit that left something due now. Set at start; the hint may be lost."""

on_tried: Callable[[Job, str, datetime], None] | None = None
"""Called with each job that was tried, what became of it, and when it was begun. Set at start where traces are sent."""

_inside: dict[str, Inside] = {}
_many: dict[str, InsideMany] = {}
_outside: dict[str, Outside] = {}


def register(topic: str, handler: Inside) -> None:
    """Say who does a topic's jobs within the database. The latest registration counts."""
    _outside.pop(topic, None)
    _many.pop(topic, None)
    _inside[topic] = handler


def register_many(topic: str, handler: InsideMany) -> None:
    """The same for a topic whose jobs of a workspace are done in one unit, however many; where it fails, one by one."""
    register(topic, lambda uow, payload: handler(uow, [payload]))
    _many[topic] = handler


def register_outside(topic: str, handler: Outside) -> None:
    """Say who does a topic's jobs outside of the database, at least once each."""
    _inside.pop(topic, None)
    _many.pop(topic, None)
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
        found = select(OutboxRow.id).where(or_(*claims.takeable(uow.now))).limit(1)
        return uow.session.scalar(found) is not None


def cancel_all(uow: UnitOfWork, keys: list[str]) -> int:
    """Take jobs back, in one statement; returns how many."""
    gone = delete(OutboxRow).where(among(uow.session, OutboxRow.key, keys), OutboxRow.state == "queued")
    return len(uow.session.execute(gone.returning(OutboxRow.id)).all())


def drain(database: Database, limit: int = 100, budget_s: float = 5.0, *, hands: Hands | None = None) -> int:
    """Do what is due: at most `limit` jobs, beginning none after `budget_s` seconds.

    Returns how many were tried. `hands` are the process's; by their holder's name free() finds what it held.
    """
    hands = hands or Hands()
    end, tried = clock.monotonic() + budget_s, 0
    while tried < limit and clock.monotonic() < end:
        claim = partial(claims.claim, database, (*_inside, *_outside), min(BATCH, limit - tried), hands.holder)
        with hands.taking(claim) as jobs:
            if not jobs:
                break
            tried += _do_all(database, _grouped(jobs), hands, min(end, clock.monotonic() + STALE_S))
    return tried


def _do_all(database: Database, groups: list[list[Job]], hands: Hands, until: float) -> int:
    """What is not begun by then is handed back. Returns how many jobs were tried."""
    tried = 0
    for number, group in enumerate(groups):
        if clock.monotonic() >= until:
            claims.hand_back(database, [job for left in groups[number:] for job in left])
            break
        hands.begin(group)
        if len(group) == 1 or not _do_many(database, group):
            for job in group:
                _do(database, job)
        tried += len(group)
    return tried


def take_up(database: Database, hands: Hands) -> None:
    """Let what this process was at when it lost the database be done again, now that it is back.

    Whoever was at it has gone on to other things, so nobody is: the lease need not be waited out. An attempt that was
    begun counts, and the next one waits as after any failure; what was not begun is due as before.
    """

    def find(in_hand: frozenset[UUID], begun: frozenset[UUID]) -> bool:
        with database.across() as uow:
            rows, whole = claims.left_behind(uow.session, hands.holder or "", in_hand)
            for row in rows:
                row.lease_until = row.holder = None
                if row.id not in begun:
                    row.state, row.attempts = "queued", row.attempts - 1
                elif row.attempts >= row.max_attempts:
                    row.state, row.done_at, row.last_error = "failed", uow.now, "the database was lost at every attempt"
                else:
                    again = _again(uow.now, row.attempts, ConnectionError())
                    row.state, row.due_at = again["state"], again["due_at"]
        if rows:
            log.info("outbox_taken_up", jobs=len(rows))
        return whole

    hands.look(find)


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


def _grouped(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that are done together, each other one by itself."""
    groups: dict[object, list[Job]] = {}
    for job in jobs:
        groups.setdefault((job.workspace_id, job.topic) if job.topic in _many else job.id, []).append(job)
    return list(groups.values())


def _do_many(database: Database, jobs: Sequence[Job]) -> bool:
    """All of them or none. False: none, and each is to be tried by itself, so that one alone counts as failed."""
    topic, began = jobs[0].topic, clock.local_now()
    try:
        with database.unit(jobs[0].workspace_id) as uow:
            claims.end_many(uow, jobs)
            _many[topic](uow, [job.payload for job in jobs])
            fault_point("outbox.inside")
        fault_point("outbox.after_commit")
    except Exception as error:  # noqa: BLE001 - whatever it was, whoever fails alone remembers it
        log.warning("outbox_together_failed", topic=topic, count=len(jobs), error=type(error).__name__)
        return False
    OUTBOX_JOBS.labels(topic, "done").inc(len(jobs))
    for job in jobs:
        _tried(job, "done", began)
    return True


def _do(database: Database, job: Job) -> None:
    outcome, began = "done", clock.local_now()
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
    except claims.Lost:
        outcome = "lost"
        log.warning("outbox_lease_lost", topic=job.topic, job_id=str(job.id))
    except Exception as error:  # noqa: BLE001 - whatever it was, the row remembers it
        outcome = "failed"
        _failed(database, job, error)
    OUTBOX_JOBS.labels(job.topic, outcome).inc()
    _tried(job, outcome, began)


def _tried(job: Job, outcome: str, began: datetime) -> None:
    if on_tried is not None:
        on_tried(job, outcome, began)


def _end(uow: UnitOfWork, job: Job) -> None:
    claims.settle(uow, job, state="done", payload={}, done_at=uow.now)


def _failed(database: Database, job: Job, error: Exception) -> None:
    final = isinstance(error, GiveUp) or job.attempts >= job.max_attempts
    words = f"{type(error).__name__}: {error}".replace("\0", "")[:_ERROR_LENGTH]
    log.warning("outbox_failed", topic=job.topic, job_id=str(job.id), final=final, error=words)
    with database.across() as uow:
        now = uow.now
        outcome = {"state": "failed", "done_at": now} if final else _again(now, job.attempts, error)
        try:
            claims.settle(uow, job, last_error=words, **outcome)
        except claims.Lost:
            return
    fault_point("outbox.failed")


def _again(now: datetime, attempts: int, error: Exception) -> dict[str, Any]:
    """Full jitter: a dead mail server is not asked by everybody at the same moment."""
    ceiling = min(_CEILING_S, _BASE_S * 2 ** (attempts - 1))
    asked = min(_CEILING_S, max(0.0, error.seconds)) if isinstance(error, Later) else 0.0
    return {"state": "queued", "due_at": now + timedelta(seconds=asked + rng.jitter(ceiling))}
