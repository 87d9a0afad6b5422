"""Workers are there, and somebody turns the timers."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from studio.core import clock
from studio.operations.doctor.findings import Finding, bad, ok, warning
from studio.operations.doctor.place import Place
from studio.runtime.engine.attending import SILENT
from studio.runtime.models import LoopLease, WorkerProcess

ORDER = 80
SWEPT = timedelta(seconds=10)
"""The sweeper's lease, which is renewed twice a second, has run out for so long."""


def look(place: Place) -> Iterator[Finding]:
    """By their rows and the sweeper's lease, on the database's clock."""
    with place.across() as session:
        yield from _asked(session)


def _asked(session: Session) -> Iterator[Finding]:
    workers = session.scalars(select(WorkerProcess)).all()
    until = session.scalar(select(LoopLease.until).where(LoopLease.name == "sweeper"))
    return judge(workers, until, clock.database_now(session))


def judge(workers: Sequence[WorkerProcess], swept_until: datetime | None, now: datetime) -> Iterator[Finding]:
    """`swept_until`: when the sweeper's lease ends; None: nobody has it."""
    there = [worker for worker in workers if worker.seen_at > now - SILENT]
    if not there:
        yield bad(
            "No worker is there: runs are taken in, and nothing executes them.",
            "Start `studio worker` (`studio run` where all is one process).",
        )
    else:
        told = (
            f"{len(there)} worker process{'es' if len(there) > 1 else ''} on {len({w.host for w in there})} machine(s)"
        )
        yield ok(f"{told}, of release {', '.join(sorted({worker.release for worker in there}))}.")
    for worker in workers:
        if worker not in there:
            since = f"{worker.seen_at:%Y-%m-%d %H:%M:%S} UTC"
            yield warning(
                f"Worker {worker.holder} on {worker.host} has said nothing since {since}.",
                "See whether its machine is there. What it held went to others when its leases ran out.",
            )
    if there and (swept_until is None or swept_until < now - SWEPT):
        yield bad("Nobody turns the timers: pauses, retries and schedules wait.", "See the workers' log: sweep_failed.")
