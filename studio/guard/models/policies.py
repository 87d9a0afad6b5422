"""What a workspace protects, and by which rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class GuardPolicy(Tenant, Model):
    """What one protected target asks for, while a condition holds. Of several that hold, the strictest wins."""

    __tablename__ = "guard_policy"
    __table_args__ = (Index("ix_guard_policy_workspace_id", "workspace_id", "target"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    target: Mapped[str] = mapped_column(String(80))
    """Key of a target of `contract.protecting`, or `own.<name>` of a GuardTarget."""
    name: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    """The fields of `policies.fields.PolicyFields`."""
    version: Mapped[int] = mapped_column(Integer)
    """Grows with each edit, from 1."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))
    """Name of who edited it last."""
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: it is in force."""


class GuardPolicyVersion(Tenant, Model):
    """A policy as it was: never changed."""

    __tablename__ = "guard_policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "version"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    policy_id: Mapped[UUID] = mapped_column(Uuid())
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_by: Mapped[str] = mapped_column(String(200))


class GuardTarget(Tenant, Model):
    """Something that the workspace protects itself: steps of one type, while a condition over their settings holds."""

    __tablename__ = "guard_target"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(80))
    """`own.<name>`; policies know it by this."""
    title: Mapped[str] = mapped_column(String(80))
    node_type: Mapped[str] = mapped_column(String(80))
    """The type of the steps that it is about: `action.http`."""
    condition: Mapped[str] = mapped_column(Text)
    """CEL over `config`, the step's settings as it runs; empty: every step of the type."""
    version: Mapped[int] = mapped_column(Integer)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class GuardRevision(Tenant, Model):
    """Grows with each change of a workspace's policies and targets: what is kept in memory is good while it stands."""

    __tablename__ = "guard_revision"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(Integer)
