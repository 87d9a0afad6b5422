"""Keeping an event: told apart from repeats, and room made for it, under the lock of its source."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from studio.core.db import json_dumps
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventSource, SourceEvent
from studio.runtime.sources import policy

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Arrived:
    """One event that has been proved and read."""

    data: Any
    size: int
    """Bytes."""
    meta: Mapping[str, Any]
    key: str | None = None
    """By which repeats are recognised."""
    headers: Mapping[str, str] | None = None
    query: Mapping[str, str] | None = None


def keep(uow: UnitOfWork, source: EventSource, arrived: Arrived) -> SourceEvent:
    """Keep it; the oldest make room. The source has to be locked: its counts are written, and repeats looked for."""
    row = SourceEvent(
        source_id=source.id, dedup_key=arrived.key, repeats_id=_first(uow, source, arrived.key),
        preview=policy.preview(arrived.data), body=arrived.data, size=arrived.size, meta=dict(arrived.meta),
        headers=dict(arrived.headers) if arrived.headers is not None else None,
        query=dict(arrived.query) if arrived.query else None, received_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    source.kept, source.kept_bytes, source.last_at = source.kept + 1, source.kept_bytes + arrived.size, uow.now
    _make_room(uow, source)
    return row


def hear(
    uow: UnitOfWork, kind: str, means: Callable[[Mapping[str, Any]], bool], data: Mapping[str, Any],
    meta: Mapping[str, Any],
) -> int:  # fmt: skip
    """Keep what has happened for every open source that asks for it. Returns how many do."""
    found = select(EventSource).where(EventSource.type == kind, EventSource.closed_at.is_(None))
    heard = 0
    for source in uow.session.scalars(found.order_by(EventSource.id)).all():
        if means(source.settings) and lock(uow, source).closed_at is None:
            keep(uow, source, Arrived(dict(data), len(json_dumps(data)), meta))
            heard += 1
    return heard


def lock(uow: UnitOfWork, source: EventSource) -> EventSource:
    """The same row as it stands now, and nobody else's until the commit."""
    uow.session.flush()  # what this very unit has changed would be read over
    uow.session.refresh(source, with_for_update=True)
    return source


def purge(uow: UnitOfWork) -> None:
    """Forget what is too old."""
    before = uow.now - policy.KEPT_FOR
    filled = select(EventSource).where(EventSource.kept > 0).order_by(EventSource.id)
    for source in uow.session.scalars(filled).all():
        if _oldest(uow, source, 1, before):
            forget(uow, lock(uow, source), _ids(_oldest(uow, source, policy.MOST_EVENTS, before)))


def erase(uow: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Delete these events, of whatever sources; how many there were."""
    theirs = select(SourceEvent.source_id).where(SourceEvent.id.in_(ids)).distinct().order_by(SourceEvent.source_id)
    sources = [uow.session.get_one(EventSource, source_id) for source_id in uow.session.scalars(theirs)]
    return sum(forget(uow, lock(uow, source), ids) for source in sources)


def forget(uow: UnitOfWork, source: EventSource, ids: Sequence[UUID]) -> int:
    """Delete events of a source that is locked. How many there were: some may have gone before the lock was got."""
    gone = delete(SourceEvent).where(SourceEvent.source_id == source.id, SourceEvent.id.in_(ids))
    quick = gone.returning(SourceEvent.size).execution_options(synchronize_session=False)
    sizes = uow.session.scalars(quick).all() if ids else []
    source.kept, source.kept_bytes = source.kept - len(sizes), source.kept_bytes - sum(sizes)
    return len(sizes)


def _make_room(uow: UnitOfWork, source: EventSource) -> None:
    while source.kept > policy.MOST_EVENTS or source.kept_bytes > policy.MOST_BYTES:
        gone = policy.surplus(_oldest(uow, source, AT_ONCE), source.kept, source.kept_bytes)
        if not gone:
            return
        forget(uow, source, _ids(gone))


def _ids(rows: Sequence[tuple[UUID, int]]) -> list[UUID]:
    return [id_ for id_, _size in rows]


def _oldest(uow: UnitOfWork, source: EventSource, most: int, before: datetime | None = None) -> list[tuple[UUID, int]]:
    found = select(SourceEvent.id, SourceEvent.size).where(SourceEvent.source_id == source.id)
    if before is not None:
        found = found.where(SourceEvent.received_at < before)
    return [(id_, size) for id_, size in uow.session.execute(found.order_by(SourceEvent.id).limit(most))]


def _first(uow: UnitOfWork, source: EventSource, key: str | None) -> UUID | None:
    if key is None:
        return None
    known = select(SourceEvent.id).where(
        SourceEvent.source_id == source.id, SourceEvent.dedup_key == key, SourceEvent.repeats_id.is_(None)
    )
    return uow.session.scalar(known.order_by(SourceEvent.id).limit(1))
