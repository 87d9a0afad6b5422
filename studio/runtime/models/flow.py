"""What flow control keeps beside the runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.tenancy import Tenant


class RateState(Tenant, Model):
    """What is kept of one stream that may begin only so often. Once its moment is past, the row says nothing."""

    __tablename__ = "rate_state"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    scope: Mapped[str] = mapped_column(String(120), primary_key=True)
    """What is limited, such as `workflow:<id>`."""
    key: Mapped[str] = mapped_column(String(255), primary_key=True, default="")
    """Whose share of it; empty: one for all."""
    tat: Mapped[datetime] = mapped_column(UtcDateTime())
    """When the next one would come if they came evenly: see runtime.flow.gcra."""


class WorkspaceLimit(Tenant, Model):
    """What all workflows of a workspace may do together. No row, or None: as much as they like."""

    __tablename__ = "workspace_limit"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    at_once: Mapped[int | None] = mapped_column(Integer)
    """Runs that may be executing at a time."""
    starts: Mapped[int | None] = mapped_column(Integer)
    """Runs that may start in `per_s` seconds."""
    per_s: Mapped[int | None] = mapped_column(Integer)
