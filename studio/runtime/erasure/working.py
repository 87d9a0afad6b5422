"""The work of an erasure: jobs of the outbox, each a second of it in one unit, so that what dies is done again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from studio.audit import Target, record
from studio.core import clock, outbox
from studio.core.db import wiped_when_deleted
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.erasure.finding import events_naming, runs_naming, source_events_naming
from studio.runtime.erasure.matching import Key
from studio.runtime.erasure.outcomes import AT_WORK, Progress
from studio.runtime.models import CustomerErasure, Event, Run, RunArchive, SourceEvent
from studio.runtime.outcomes import ENDED, Verdict
from studio.runtime.retention.holding import held
from studio.runtime.retention.looking import remove
from studio.runtime.sources.taking import erase

TOPIC, ARCHIVES = "erasure.work", "erasure.archives"
BATCH = 50
TURN_S = 1.0
"""Longest one job works."""
LISTED = 100
FIRST = UUID(int=0)


def go_on(uow: UnitOfWork, row: CustomerErasure, due_at: datetime | None = None) -> None:
    """Leave the next job: now, or at a moment."""
    row.turn += 1
    topic, payload = ARCHIVES if row.archives else TOPIC, {"erasure_id": str(row.id)}
    outbox.enqueue(uow, topic, key=f"erasure|{row.id}|{row.turn}", payload=payload, due_at=due_at)


def work(uow: UnitOfWork, payload: dict[str, Any]) -> None:
    """Go on with an erasure for a while."""
    wanted = select(CustomerErasure).where(CustomerErasure.id == UUID(payload["erasure_id"])).with_for_update()
    row = uow.session.scalar(wanted)
    if row is None or row.key is None or row.state not in AT_WORK or row.archives:
        return  # it was withdrawn meanwhile
    wiped_when_deleted(uow.session)
    key, until = Key(row.key), clock.monotonic() + TURN_S
    while True:
        if _batch(uow, row, key) < BATCH:
            if row.sources:
                _behind_events(uow, row)
                return
            row.sources, row.events, row.cursor = row.events, True, FIRST
        if clock.monotonic() >= until:
            go_on(uow, row)
            return


def _batch(uow: UnitOfWork, row: CustomerErasure, key: Key) -> int:
    table, look = (SourceEvent, _source_events) if row.sources else (Event, _events) if row.events else (Run, _runs)
    ids = list(uow.session.scalars(select(table.id).where(table.id > row.cursor).order_by(table.id).limit(BATCH)))
    if ids:
        row.cursor, row.looked_at = ids[-1], row.looked_at + len(ids)
        look(uow, row, ids, key)
    return len(ids)


def _runs(uow: UnitOfWork, row: CustomerErasure, ids: list[UUID], key: Key) -> None:
    naming = runs_naming(uow, ids, key)
    if not naming:
        return
    ended = set(uow.session.scalars(select(Run.id).where(Run.id.in_(naming), Run.state.in_(ENDED))))
    free = sorted(ended - held(uow, sorted(ended)))
    if row.state == Progress.ERASING:
        free = list(remove(uow, free))
        row.erased_runs += len(free)
    else:
        row.found_runs += len(naming)
    stay = sorted(naming.difference(free))
    row.kept_runs += len(stay)
    row.kept = [*row.kept, *map(str, stay)][:LISTED]


def _events(uow: UnitOfWork, row: CustomerErasure, ids: list[UUID], key: Key) -> None:
    """Those that started no run, or one that has gone. The others go with their runs; what a pause holds stays."""
    its_run = select(Run.id).where(Run.id == Event.run_id).exists()
    alone = select(Event.id).where(Event.id.in_(ids), Event.verdict != Verdict.HELD, ~its_run)
    naming = events_naming(uow, list(uow.session.scalars(alone)), key)
    if row.state == Progress.ERASING:
        uow.session.execute(delete(Event).where(Event.id.in_(naming)).execution_options(synchronize_session=False))
        row.erased_events += len(naming)
    else:
        row.found_events += len(naming)


def _source_events(uow: UnitOfWork, row: CustomerErasure, ids: list[UUID], key: Key) -> None:
    """What event sources kept: no run hangs on it."""
    naming = source_events_naming(uow, ids, key)
    if row.state == Progress.ERASING:
        row.erased_events += erase(uow, sorted(naming))
    else:
        row.found_events += len(naming)


def _behind_events(uow: UnitOfWork, row: CustomerErasure) -> None:
    """The files of archived runs come last: what is archived meanwhile is found there."""
    if uow.session.scalar(select(RunArchive.id).limit(1)) is None:
        finish(uow, row)
        return
    row.archives, row.cursor = True, FIRST
    go_on(uow, row)


def finish(uow: UnitOfWork, row: CustomerErasure) -> None:
    """Everything was looked through."""
    if row.state == Progress.LOOKING:
        row.state = Progress.FOUND
        return
    row.state, row.key, row.ended_at = Progress.DONE, None, uow.now
    record(uow, "customer_erasure.done", targets=[Target("customer_erasure", str(row.id), row.reference)],
           metadata={"runs": row.erased_runs, "events": row.erased_events, "kept_runs": row.kept_runs,
                     "archived_runs": row.erased_archived})  # fmt: skip
