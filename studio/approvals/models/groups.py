"""Groups of approvers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class ApproverGroup(Tenant, Model):
    """People who may stand in for one another as approvers."""

    __tablename__ = "approver_group"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name_key"),
        Index("ix_approver_group_external_id", "workspace_id", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: "Refund team" and "refund team" are one group."""
    external_id: Mapped[str | None] = mapped_column(String(255))
    """What the company's directory calls it; None: it does not know it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class GroupMember(Tenant, Model):
    """One person in one group."""

    __tablename__ = "approver_group_member"

    group_id: Mapped[UUID] = mapped_column(ForeignKey("approver_group.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, index=True)
