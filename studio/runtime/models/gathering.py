"""Events that wait for others before a run starts with all of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class Gathering(Tenant, Model):
    """What one trigger has gathered under one key. The row goes in the transaction that starts its run."""

    __tablename__ = "gathering"
    __table_args__ = (UniqueConstraint("subscription_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    subscription_id: Mapped[UUID] = mapped_column(Uuid())
    key: Mapped[str] = mapped_column(String(255))
    """Empty: all events of the trigger."""
    mode: Mapped[str] = mapped_column(String(10))
    """`last` or `batch`, as the trigger had it at the last event."""
    count: Mapped[int] = mapped_column(Integer)
    most: Mapped[int] = mapped_column(Integer)
    """Of a batch: it starts at so many."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes, about."""
    first_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
