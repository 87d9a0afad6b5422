"""Tables of monthly reports: sums of days, and to whom a workspace mails them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.tenancy import Tenant


class ReportDay(Tenant, Model):
    """What a day of the workspace's time zone came to. Kept when its runs are long gone."""

    __tablename__ = "report_day"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    day: Mapped[date] = mapped_column(Date(), primary_key=True)
    zone: Mapped[str] = mapped_column(String(64))
    """The time zone that made it a day."""
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    """See `figures.Figures.written`."""


class ReportSetting(Tenant, Model):
    """To whom the report of each month goes, and when."""

    __tablename__ = "report_setting"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    roles: Mapped[list[str]] = mapped_column(Json)
    """Everybody whose seat has one of these."""
    people: Mapped[list[str]] = mapped_column(Json)
    """Ids of further people."""
    day: Mapped[int] = mapped_column(Integer)
    """Of the month, 1 to 28."""
    hour: Mapped[int] = mapped_column(Integer)
    """Of the workspace's wall clock, 0 to 23."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the next one goes out; None: nobody is to have it."""
    sent: Mapped[str | None] = mapped_column(String(7))
    """The last month whose report went out, such as 2026-10."""
