"""Elevations, newest first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.guard.elevation.outcomes import OPEN
from studio.guard.models import GuardElevation

PAGE = 50


def page(
    uow: UnitOfWork, *, after: UUID | None = None, of: UUID | None = None, size: int = PAGE
) -> tuple[Sequence[GuardElevation], UUID | None]:
    """Everybody's, or one person's, with the cursor of the next page; that is None on the last one."""
    query = select(GuardElevation).order_by(GuardElevation.id.desc()).limit(size + 1)
    if of is not None:
        query = query.where(GuardElevation.user_id == of)
    if after is not None:
        query = query.where(GuardElevation.id < after)
    rows = uow.session.scalars(query).all()
    return rows[:size], rows[size - 1].id if len(rows) > size else None


def going_on(uow: UnitOfWork, of: UUID | None = None, most: int = 200) -> Sequence[GuardElevation]:
    """Those that are not over, newest first."""
    query = select(GuardElevation).where(GuardElevation.state.in_([one.value for one in OPEN]))
    if of is not None:
        query = query.where(GuardElevation.user_id == of)
    return uow.session.scalars(query.order_by(GuardElevation.id.desc()).limit(most)).all()
