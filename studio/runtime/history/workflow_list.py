"""The workspace's workflows, newest first, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Workflow, WorkflowTag


@dataclass(frozen=True, slots=True)
class Which:
    """What a list is narrowed to. None: whatever it is."""

    search: str = ""
    enabled: bool | None = None
    folder: str | None = None
    tag: str | None = None
    owner_id: UUID | None = None
    archived: bool = False
    """Those that are archived, instead of the others."""


def workflow_page(
    uow: UnitOfWork, which: Which, *, before: UUID | None = None, limit: int = 50
) -> tuple[Sequence[Workflow], UUID | None]:
    """Those that fit, and the cursor of the next page."""
    hidden = Workflow.archived_at
    found = select(Workflow).where(hidden.is_not(None) if which.archived else hidden.is_(None))
    if which.search.strip():
        found = found.where(Workflow.name.icontains(which.search.strip(), autoescape=True))
    if which.enabled is not None:
        found = found.where(Workflow.enabled.is_(which.enabled))
    if which.folder is not None:
        found = found.where(Workflow.folder == which.folder)
    if which.tag is not None:
        tagged = WorkflowTag.workflow_id == Workflow.id, WorkflowTag.tag == which.tag
        found = found.where(select(WorkflowTag.tag).where(*tagged).exists())
    if which.owner_id is not None:
        found = found.where(Workflow.owner_id == which.owner_id)
    if before is not None:
        found = found.where(Workflow.id < before)
    rows = uow.session.scalars(found.order_by(Workflow.id.desc()).limit(limit + 1)).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None
