"""Alerts as a list: newest first, by how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts.course import State
from studio.oversight.alerts.tables import Alert

PAGE = 50
COUNTED = 100
"""Open alerts are counted no further."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some alerts."""

    alerts: Sequence[Alert]
    older: UUID | None
    """`before` of the next page; None: this is the last."""


def page(
    uow: UnitOfWork, state: State | None = None, *, workflow_id: UUID | None = None, before: UUID | None = None,
    limit: int = PAGE,
) -> Page:  # fmt: skip
    """Of a state, about a workflow, or all."""
    query = select(Alert).order_by(Alert.id.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(Alert.state == state)
    if workflow_id is not None:
        query = query.where(Alert.thing_id == workflow_id)
    if before is not None:
        query = query.where(Alert.id < before)
    found = uow.session.scalars(query).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def open_count(uow: UnitOfWork) -> int:
    """How many nobody is on, counted to COUNTED."""
    some = select(Alert.id).where(Alert.state == State.OPEN).limit(COUNTED)
    return uow.session.scalar(select(func.count()).select_from(some.subquery())) or 0
