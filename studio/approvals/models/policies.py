"""Policies: who decides and until when, by a name that many workflows may use."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class ApprovalPolicy(Tenant, Model):
    """A rule with its deadline. What was asked by it keeps the rule as it was then."""

    __tablename__ = "approval_policy"
    __table_args__ = (UniqueConstraint("workspace_id", "name_key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: workflows name policies by it."""
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    """The fields of `nodes.fields.governing.PolicyRule`."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with each edit of the rule, from 1."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))
    """Name of who edited it last."""
