"""The versions of a request: how it was worded when, and by whom."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class Revision(Tenant, Model):
    """One wording. Never changed. A request that was never revised has none: it is its own first wording."""

    __tablename__ = "approval_revision"
    __table_args__ = (UniqueConstraint("request_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1: as it was asked."""
    title: Mapped[str] = mapped_column(Text)
    facts: Mapped[list[list[str]]] = mapped_column(Json)
    """[label, value] pairs, as people read them."""
    instructions: Mapped[str] = mapped_column(Text)
    amount: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str | None] = mapped_column(String(3))
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, server_default="[]")
    """As `Request.attachments`."""
    payload_hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    """What whoever wrote it says about it."""
    by_user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: a run, or another part of Studio."""
    by_name: Mapped[str] = mapped_column(String(120))
    """Empty: nobody by name."""
    at: Mapped[datetime] = mapped_column(UtcDateTime())
