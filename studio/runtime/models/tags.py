"""What people sort workflows by."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from studio.core.db import Model
from studio.core.tenancy import Tenant


class WorkflowTag(Tenant, Model):
    """One tag of one workflow."""

    __tablename__ = "workflow_tag"
    __table_args__ = (Index("ix_workflow_tag_workspace_id", "workspace_id", "tag", "workflow_id"),)

    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflow.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(30), primary_key=True)
    """In small letters."""
