"""The workspace's workflows, newest first, in keyset pages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow


def workflow_page(
    uow: UnitOfWork, *, search: str = "", enabled: bool | None = None, before: UUID | None = None, limit: int = 50
) -> tuple[Sequence[Workflow], UUID | None]:
    """Those that are not archived, and the cursor of the next page."""
    found = select(Workflow).where(Workflow.archived_at.is_(None))
    if search.strip():
        found = found.where(Workflow.name.icontains(search.strip(), autoescape=True))
    if enabled is not None:
        found = found.where(Workflow.enabled.is_(enabled))
    if before is not None:
        found = found.where(Workflow.id < before)
    rows = uow.session.scalars(found.order_by(Workflow.id.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
