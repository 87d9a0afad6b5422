"""The one draft of each workflow."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.tenancy import Tenant


class WorkflowDraft(Tenant, Model):
    """What the canvas shows and saves. A workflow without one is edited from its published version."""

    __tablename__ = "workflow_draft"

    workflow_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("workflow.id"), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON())
    """As it was saved. Text, not jsonb: that would reorder keys and rewrite numbers, and an export is exact."""
    logic_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what it would do, layout left away: another one than the published version's means "changed"."""
    revision: Mapped[int] = mapped_column(Integer)
    """1, 2, 3, …: a save names the one that it was made from."""
    updated_by: Mapped[UUID | None] = mapped_column(Uuid())
    """None: a program or Studio itself."""
    updated_by_name: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    edited_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who last changed what it does; saving it with other positions is no change."""
