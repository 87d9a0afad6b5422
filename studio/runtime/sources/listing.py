"""Sources of a workspace and what they kept: keyset pages, newest first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.keyset import Page, page
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import EventSource, SourceEvent
from studio.runtime.sources.policy import MOST_SOURCES

PAGE = 50


def every(uow: UnitOfWork) -> Sequence[EventSource]:
    """All of them, the newest first; at most policy.MOST_SOURCES."""
    return uow.session.scalars(select(EventSource).order_by(EventSource.id.desc()).limit(MOST_SOURCES)).all()


def events(
    uow: UnitOfWork, source: EventSource, *, before: UUID | None = None, after: UUID | None = None, limit: int = PAGE
) -> Page[SourceEvent]:
    """Those older than `before`, or the ones just newer than `after`, without their data."""
    found = select(SourceEvent).where(SourceEvent.source_id == source.id)
    found = found.options(defer(SourceEvent.body), defer(SourceEvent.headers), defer(SourceEvent.query))
    return page(uow.session, found, SourceEvent.id, before=before, after=after, limit=limit)


def event(uow: UnitOfWork, source: EventSource, event_id: UUID | None) -> SourceEvent:
    """One of a source's, with its data. Raises NotFound where it is another's, or no longer kept."""
    found = select(SourceEvent).where(SourceEvent.id == event_id, SourceEvent.source_id == source.id)
    row = uow.session.scalar(found) if event_id is not None else None
    if row is None:
        raise NotFound(_("This source has no such event, or keeps it no longer."), resource=f"source event:{event_id}")
    return row


def recent(uow: UnitOfWork, kind: str, limit: int) -> Sequence[tuple[SourceEvent, str]]:
    """The newest events of all open sources of a kind, each with its source's name."""
    found = (
        select(SourceEvent, EventSource.name)
        .join(EventSource, EventSource.id == SourceEvent.source_id)
        .where(EventSource.type == kind, EventSource.closed_at.is_(None))
        .order_by(SourceEvent.id.desc())
        .limit(limit)
    )
    return [(row, name) for row, name in uow.session.execute(found)]
