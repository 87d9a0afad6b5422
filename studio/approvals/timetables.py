"""Tables of time: calendars of working hours."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, String, UniqueConstraint, text
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
