"""Jobs of the outbox under leases: who has which, until when, and who is too late to say how it ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.among import among
from studio.core.faults import fault_point
from studio.core.metrics import OUTBOX_LAG
from studio.core.models import OutboxRow
from studio.core.unit_of_work import Database, UnitOfWork

LEASE = timedelta(seconds=120)


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


class Lost(Exception):
    """The lease went to somebody else meanwhile."""


def claim(database: Database, topics: Collection[str], count: int, holder: str | None) -> list[Job]:
    """Take the oldest due jobs of some topics under a lease, counting the attempt before it is made."""
    with database.across() as uow:
        now = uow.now
        due, lost = takeable(now)
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


def takeable(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
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


def left_behind(session: Session, holder: str, in_hand: Collection[UUID]) -> tuple[Sequence[OutboxRow], bool]:
    """What a process holds by its name, but for what its threads are at: locked; and whether that is all of it.

    The rest is locked by connections that the database has not given up yet.
    """
    held = OutboxRow.state == "running", OutboxRow.holder == holder, OutboxRow.id.not_in(in_hand)
    rows = session.scalars(select(OutboxRow).where(*held).with_for_update(skip_locked=True)).all()
    return rows, len(session.scalars(select(OutboxRow.id).where(*held)).all()) == len(rows)


def hand_back(database: Database, jobs: list[Job]) -> None:
    with database.across() as uow:
        for job in jobs:
            uow.session.execute(
                update(OutboxRow)
                .where(_ours(job))
                .values(state="queued", attempts=job.attempts - 1, lease_until=None, holder=None)
                .execution_options(synchronize_session=False)
            )
    fault_point("outbox.handed_back")


def settle(uow: UnitOfWork, job: Job, **values: Any) -> None:
    """Write a job's end, if the lease is still ours."""
    statement = (
        update(OutboxRow)
        .where(_ours(job))
        .values(lease_until=None, holder=None, **values)
        .returning(OutboxRow.id)
        .execution_options(synchronize_session=False)
    )
    if uow.session.execute(statement).first() is None:
        raise Lost


def end_many(uow: UnitOfWork, jobs: Sequence[Job]) -> None:
    """Raises Lost where somebody else has claimed one of them since."""
    held = OutboxRow.state == "running", OutboxRow.holder.is_not_distinct_from(jobs[0].holder)
    ended = (
        update(OutboxRow)
        .where(among(uow.session, OutboxRow.id, [job.id for job in jobs]), *held)
        .values(state="done", payload={}, done_at=uow.now, lease_until=None, holder=None)
        .returning(OutboxRow.id, OutboxRow.attempts)
        .execution_options(synchronize_session=False)
    )
    found = {(row.id, row.attempts) for row in uow.session.execute(ended)}
    if found != {(job.id, job.attempts) for job in jobs}:
        raise Lost


def _ours(job: Job) -> Any:
    """Whether nobody else has claimed it since: one who was freed of it may have the same attempt's number."""
    same = (OutboxRow.attempts == job.attempts, OutboxRow.holder.is_not_distinct_from(job.holder))
    return and_(OutboxRow.id == job.id, OutboxRow.state == "running", *same)
