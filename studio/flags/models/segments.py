"""Segments: constraints with a name, which many flags share."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class FlagSegment(Tenant, Model):
    """Whom a strategy means, said once."""

    __tablename__ = "flag_segment"
    __table_args__ = (UniqueConstraint("workspace_id", "name"), UniqueConstraint("workspace_id", "number"))

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    number: Mapped[int] = mapped_column(Integer())
    """What clients know it by: Unleash's protocol has whole numbers. Counts from 1 in a workspace."""
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text())
    constraints: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """In Unleash's form; all have to hold."""
    version: Mapped[int] = mapped_column(Integer())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Only one that no flag names may be archived."""


class FlagSegmentVersion(Tenant, Model):
    """A segment as it was after a change. Never changed, never deleted."""

    __tablename__ = "flag_segment_version"
    __table_args__ = (UniqueConstraint("segment_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    segment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_segment.id"))
    number: Mapped[int] = mapped_column(Integer())
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(500))
    restored: Mapped[int | None] = mapped_column(Integer())
    cause: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("a version never changes"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
