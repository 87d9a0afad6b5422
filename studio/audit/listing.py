"""Finding events: filters, pages by key, and all of them as a stream."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select

from studio.audit.models import AuditEvent, AuditPersonal, AuditTarget
from studio.audit.registry import Action
from studio.audit.stored import Stored, put_together
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork

PAGE = 50
STREAMED = 500
"""Rows read from the database at once by a stream."""
_RECORD = (AuditEvent.id, AuditEvent.seq, AuditEvent.body, AuditEvent.hash)

Units = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a unit of the workspace, for reading."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events. None or empty: any."""

    action: str | None = None
    """A whole action, or a resource such as `approval`."""
    actor_id: str | None = None
    target_type: str | None = None
    target_id: str | None = None
    run_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    text: str | None = None
    """Every word of it in names, reasons and metadata, in any case."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some events, newest first."""

    events: Sequence[dict[str, Any]]
    newer: int | None
    """`after` of the page before; None: this is the first."""
    older: int | None
    """`before` of the next page; None: this is the last."""


def page(
    uow: UnitOfWork,
    wanted: Filter,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> Page:
    """A page of the workspace's events around a sequence number."""
    query = _query(wanted)
    backwards = after is not None
    if after is not None:
        query = query.where(AuditEvent.seq > after).order_by(AuditEvent.seq)
    else:
        query = query.order_by(AuditEvent.seq.desc())
        if before is not None:
            query = query.where(AuditEvent.seq < before)
    rows = uow.session.execute(query.limit(limit + 1)).all()
    more, rows = len(rows) > limit, rows[:limit]
    if backwards:
        rows = rows[::-1]
    events = [one.event() for one in put_together(uow, rows)]
    if not events:
        return Page((), None, None)
    first, last = events[0]["seq"], events[-1]["seq"]
    has_newer = more if backwards else before is not None
    has_older = backwards or more
    return Page(events, first if has_newer else None, last if has_older else None)


def one(uow: UnitOfWork, event_id: UUID | None) -> dict[str, Any]:
    """One event. Raises NotFound."""
    rows = uow.session.execute(select(*_RECORD).where(AuditEvent.id == event_id)).all()
    if not rows:
        raise NotFound(_("There is no such audit event in this workspace."), resource="audit_event")
    return put_together(uow, rows)[0].event()


def stream(units: Units, wanted: Filter) -> Iterator[Stored]:
    """Every event that fits and was there at the start, oldest first, without holding them all.

    Each batch is read in a unit of its own: whoever downloads slowly holds no connection and no snapshot meanwhile.
    """
    with units() as uow:
        last = uow.session.scalar(select(func.max(AuditEvent.seq))) or 0
    done = 0
    while done < last:
        query = _query(wanted).where(AuditEvent.seq > done, AuditEvent.seq <= last).order_by(AuditEvent.seq)
        with units() as uow:
            rows = uow.session.execute(query.limit(STREAMED)).all()
            found = put_together(uow, rows)
        yield from found
        done = rows[-1].seq if len(rows) == STREAMED else last


def actions() -> list[Action]:
    """Everything that can be filtered by, in order."""
    return sorted(Action.registry.values())


def _query(wanted: Filter) -> Select[UUID, int, str, str]:
    query = select(*_RECORD)
    if wanted.action:
        whole = "." in wanted.action
        query = query.where(
            AuditEvent.action == wanted.action
            if whole
            else AuditEvent.action.startswith(wanted.action + ".", autoescape=True)
        )
    if wanted.actor_id:
        query = query.where(AuditEvent.actor_id == wanted.actor_id)
    if wanted.run_id:
        about_run = _about("run", wanted.run_id)
        query = query.where(or_(AuditEvent.run_id == wanted.run_id, about_run))
    if wanted.target_type:
        query = query.where(_about(wanted.target_type, wanted.target_id))
    if wanted.since:
        query = query.where(AuditEvent.occurred_at >= wanted.since)
    if wanted.until:
        query = query.where(AuditEvent.occurred_at < wanted.until)
    for word in (wanted.text or "").lower().replace("\0", "").split()[:10]:
        of_people = select(AuditPersonal.event_id).where(AuditPersonal.search.contains(word, autoescape=True))
        query = query.where(or_(AuditEvent.search.contains(word, autoescape=True), AuditEvent.id.in_(of_people)))
    return query


def _about(type_: str, id_: str | None) -> Any:
    events = select(AuditTarget.event_id).where(AuditTarget.type == type_)
    if id_:
        events = events.where(AuditTarget.target_id == id_)
    return AuditEvent.id.in_(events)
