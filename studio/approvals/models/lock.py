"""What one request at a time may be open about."""

from uuid import UUID

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

LONGEST_KEY = 200
"""Letters."""


class Lock(Tenant, Model):
    """Whoever asks about a key, or opens what is next, holds its row: who has it is read from the requests."""

    __tablename__ = "approval_lock"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    asked: Mapped[int] = mapped_column(Integer)
    """How many requests have asked for it: the place of the latest in its queue."""
