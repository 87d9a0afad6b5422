"""Which runs and events (of event sources, too) name a customer: every column that may hold something is read."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from studio.core.db import Base
from studio.core.run_parts import run_parts, value_columns
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.erasure.matching import Key
from studio.runtime.models import Event, Run, SourceEvent

AT_ONCE = 50
"""Rows in memory: one may hold 4 MiB."""
RUN_TEXTS = ("order_key", "place_key", "rate_key")
EVENT_TEXTS = ("dedup_key",)
SOURCE_TEXTS = ("dedup_key", "preview")


def runs_naming(uow: UnitOfWork, ids: Sequence[UUID], key: Key) -> set[UUID]:
    """Those of these runs that name it: in their own row, in what started them, in any part that goes with them."""
    found: set[UUID] = set()
    for statement in _statements(ids):
        for run_id, *values in uow.session.execute(statement.execution_options(yield_per=AT_ONCE)):
            if run_id not in found and key.is_in_any(values):
                found.add(run_id)
    return found


def events_naming(uow: UnitOfWork, ids: Sequence[UUID], key: Key) -> set[UUID]:
    """Those of these events that name it."""
    statement = select(Event.id, *_columns(Event, EVENT_TEXTS)).where(Event.id.in_(ids))
    rows = uow.session.execute(statement.execution_options(yield_per=AT_ONCE))
    return {event_id for event_id, *values in rows if key.is_in_any(values)}


def source_events_naming(uow: UnitOfWork, ids: Sequence[UUID], key: Key) -> set[UUID]:
    """Those of these events of event sources that name it."""
    statement = select(SourceEvent.id, *_columns(SourceEvent, SOURCE_TEXTS)).where(SourceEvent.id.in_(ids))
    rows = uow.session.execute(statement.execution_options(yield_per=AT_ONCE))
    return {event_id for event_id, *values in rows if key.is_in_any(values)}


def _statements(ids: Sequence[UUID]) -> Iterator[Select[Any]]:
    yield select(Run.id, *_columns(Run, RUN_TEXTS)).where(Run.id.in_(ids))
    started = select(Run.id, *_columns(Event, EVENT_TEXTS)).join(Event, Event.id == Run.event_id)
    yield started.where(Run.id.in_(ids))
    for part in run_parts(Base.registry.mappers):
        if part.values:
            columns = [getattr(part.model, name) for name in part.values]
            yield select(part.run, *columns).where(part.run.in_(ids))


def _columns(model: type[Any], texts: tuple[str, ...]) -> list[Any]:
    return [getattr(model, name) for name in value_columns(model, texts)]
