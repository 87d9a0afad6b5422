"""Environments: the same flag is on in one and off in another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class FlagEnvironment(Tenant, Model):
    """One place in which flags are evaluated: production, staging."""

    __tablename__ = "flag_environment"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    """What keys, steps and addresses name it by; never changes."""
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(Integer())
    """In which order pages show them, from 0."""
    revision: Mapped[int] = mapped_column(BigInteger())
    """Grows in the transaction of every change that its clients would see: what they hold is judged by it alone."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """No client may ask for it any longer; its history stays."""
