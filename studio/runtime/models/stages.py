"""Versions that take a share of a workflow's events, beside the one that takes the others."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_ON = text("ended_at is null")


class VersionStage(Tenant, Model):
    """One staged publishing, from its begin to its end. What triggers choose by stands on their own rows."""

    __tablename__ = "version_stage"
    __table_args__ = (
        Index("ix_version_stage_workflow", "workspace_id", "workflow_id", "id"),
        Index("uq_version_stage_on", "workflow_id", unique=True, sqlite_where=_ON, postgresql_where=_ON),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    version_id: Mapped[UUID] = mapped_column(Uuid())
    """The new one."""
    number: Mapped[int] = mapped_column(Integer)
    before_id: Mapped[UUID] = mapped_column(Uuid())
    """The one that the other events start."""
    before_number: Mapped[int] = mapped_column(Integer)
    share: Mapped[int] = mapped_column(Integer)
    """Percent of the events that start the new one, 1 to 99."""
    min_runs: Mapped[int] = mapped_column(Integer)
    points: Mapped[int] = mapped_column(Integer)
    """See runtime.stages.policy.Rule."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_by: Mapped[UUID | None] = mapped_column(Uuid())
    started_by_name: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: it goes on."""
    ended_by_name: Mapped[str] = mapped_column(String(200), default="", server_default="")
    outcome: Mapped[str | None] = mapped_column(String(12))
    """runtime.stages.policy.Outcome."""
    figures: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """At its end, `new` and `old`: runs, completed, failed."""
