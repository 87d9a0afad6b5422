"""Reading the trail from a place on: what whoever follows it needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from studio.audit.models import AuditEvent, AuditHead
from studio.audit.stored import put_together
from studio.core.unit_of_work import UnitOfWork

_RECORD = (AuditEvent.id, AuditEvent.seq, AuditEvent.body, AuditEvent.hash)


def events_after(uow: UnitOfWork, seq: int, limit: int) -> Sequence[dict[str, Any]]:
    """The next events in order. Numbers have no gaps and show in order, so whoever keeps the last misses none."""
    query = select(*_RECORD).where(AuditEvent.seq > seq).order_by(AuditEvent.seq).limit(limit)
    return [one.event() for one in put_together(uow, uow.session.execute(query).all())]


def events_like(uow: UnitOfWork, after: int, until: int, patterns: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """The next events behind one number and up to another whose action fits: `a.b`, `a.*` or `*`."""
    query = select(*_RECORD).where(AuditEvent.seq > after, AuditEvent.seq <= until)
    if "*" not in patterns:
        query = query.where(or_(*(_fits(pattern) for pattern in patterns)))
    rows = uow.session.execute(query.order_by(AuditEvent.seq).limit(limit)).all()
    return [one.event() for one in put_together(uow, rows)]


def _fits(pattern: str) -> ColumnElement[bool]:
    if pattern.endswith(".*"):
        return AuditEvent.action.startswith(pattern[:-1], autoescape=True)
    return AuditEvent.action == pattern


def events_numbered(uow: UnitOfWork, numbers: Sequence[int]) -> Sequence[dict[str, Any]]:
    """Single events, in order; those that are not there are left out."""
    query = select(*_RECORD).where(AuditEvent.seq.in_(numbers)).order_by(AuditEvent.seq)
    return [one.event() for one in put_together(uow, uow.session.execute(query).all())]


def head(uow: UnitOfWork) -> int:
    """Number of the last event; 0 where there is none."""
    return uow.session.scalar(select(AuditHead.seq)) or 0


def last_before(uow: UnitOfWork, moment: datetime) -> int:
    """Number of the last event that happened before a moment; 0 where none did."""
    query = select(func.max(AuditEvent.seq)).where(AuditEvent.occurred_at < moment)
    return uow.session.scalar(query) or 0


def occurred_at(uow: UnitOfWork, seq: int) -> datetime | None:
    """When an event happened; None where there is none of this number."""
    return uow.session.scalar(select(AuditEvent.occurred_at).where(AuditEvent.seq == seq))
