"""Remarks that belong together, until somebody resolves them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class Thread(Tenant, Model):
    """A remark that has to be dealt with, and what was answered to it (`Comment.thread_id`)."""

    __tablename__ = "approval_thread"
    __table_args__ = (Index("ix_approval_thread_request_id", "request_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    opened_by: Mapped[UUID] = mapped_column(Uuid())
    opened_by_name: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: it is open."""
    resolved_by_name: Mapped[str] = mapped_column(String(120), default="", server_default="")
