"""Real data for building with: what a trigger received lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Event, EventSource, Run, SourceEvent, TriggerSubscription, Workflow
from studio.runtime.sources import listing

MOST = 10


@dataclass(frozen=True, slots=True)
class Received:
    """One event that started a run."""

    id: UUID
    title: str
    """The run's title; empty where it has none."""
    received_at: datetime
    data: Any


def recent(uow: UnitOfWork, workflow: Workflow, node_key: str) -> Sequence[Received]:
    """The newest events of one trigger, those whose data are still kept."""
    query = (
        select(Event.id, Run.title, Event.received_at, Event.body, Run.input, Event.meta)
        .join(TriggerSubscription, TriggerSubscription.id == Event.subscription_id)
        .join(Run, Run.id == Event.run_id)
        .where(
            Event.workflow_id == workflow.id,
            TriggerSubscription.workflow_id == workflow.id,
            TriggerSubscription.node_key == node_key,
            Event.verdict.in_(("started", "gathered")),
        )
        .order_by(Event.id.desc())
        .limit(MOST)
    )
    found = [
        Received(event_id, title, at, body if body is not None else data)
        for event_id, title, at, body, data, meta in uow.session.execute(query)
        if "gathered" not in (meta or {})  # what a run got together is no event
    ]
    return [one for one in found if one.data is not None]


def of_sources(uow: UnitOfWork, kind: str) -> Sequence[Received]:
    """The newest events of the open sources that hear what a trigger of this type hears; titled by their source."""
    return [Received(row.id, name, row.received_at, row.body) for row, name in listing.recent(uow, kind, MOST)]


def of_source(uow: UnitOfWork, event_id: UUID | None) -> Received | None:
    """One event that a source kept; None: there is none."""
    row = uow.session.get(SourceEvent, event_id) if event_id is not None else None
    if row is None:
        return None
    return Received(row.id, uow.session.get_one(EventSource, row.source_id).name, row.received_at, row.body)
