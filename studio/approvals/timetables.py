"""Tables of time: calendars of working hours, schedules of who is on call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_DEFAULT = text("is_default")


class WorkingCalendar(Tenant, Model):
    """Opening hours and holidays by which deadlines are counted."""

    __tablename__ = "working_calendar"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name_key"),
        Index(
            "uq_working_calendar_default",
            "workspace_id",
            unique=True,
            sqlite_where=_DEFAULT,
            postgresql_where=_DEFAULT,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: workflows name calendars by it."""
    time_zone: Mapped[str] = mapped_column(String(64))
    week: Mapped[list[list[str]]] = mapped_column(Json)
    """Seven lists of hours such as 09:00-17:00, Monday first."""
    holidays: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """{"date", "name", "yearly"} each."""
    is_default: Mapped[bool] = mapped_column(Boolean())
    """Stands in where a step names none; one in a workspace."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class OnCallSchedule(Tenant, Model):
    """People who take turns of being on call."""

    __tablename__ = "on_call_schedule"
    __table_args__ = (UniqueConstraint("workspace_id", "name_key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80))
    """The name in lower case: approvals name schedules by it."""
    time_zone: Mapped[str] = mapped_column(String(64))
    starts: Mapped[str] = mapped_column(String(16))
    """A handover on the wall clock of that zone, such as 2026-03-02T09:00."""
    days: Mapped[int] = mapped_column(Integer())
    """Length of a turn."""
    people: Mapped[list[str]] = mapped_column(Json)
    """Ids of users in the order of their turns."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class OnCallOverride(Tenant, Model):
    """Somebody else for a time. Those of one schedule do not overlap."""

    __tablename__ = "on_call_override"
    __table_args__ = (Index("ix_on_call_override_schedule_id", "schedule_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("on_call_schedule.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(Uuid())
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
