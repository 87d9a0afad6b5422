"""Programs that ask for flags: their keys, who they are, and what they were given."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class FlagClientKey(Tenant, Model):
    """What a program shows to read the flags of one environment. Shown once; here is its hash."""

    __tablename__ = "flag_client_key"
    __table_args__ = (Index("ix_flag_client_key_workspace_id", "workspace_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the whole key: it is long and random, so a fast hash is enough."""
    shown: Mapped[str] = mapped_column(String(80))
    """Its beginning, by which people tell keys apart."""
    origins: Mapped[list[str]] = mapped_column(Json)
    """Web origins from which browsers may use it; empty: any. Of frontend keys alone."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """To the hour; None: never."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class FlagApplication(Tenant, Model):
    """A program that has said its name in one environment."""

    __tablename__ = "flag_application"
    __table_args__ = (UniqueConstraint("environment_id", "name"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"))
    name: Mapped[str] = mapped_column(String(100))
    sdk: Mapped[str] = mapped_column(String(100))
    """Name and version of its library, as it says; empty: it says none."""
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())


class FlagUsage(Tenant, Model):
    """How often one program got which answer of one flag within an hour."""

    __tablename__ = "flag_usage"
    __table_args__ = (Index("ix_flag_usage_hour", "workspace_id", "hour"),)

    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"), primary_key=True)
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    """Its first moment."""
    application: Mapped[str] = mapped_column(String(100), primary_key=True)
    yes: Mapped[int] = mapped_column(BigInteger())
    no: Mapped[int] = mapped_column(BigInteger())
    variants: Mapped[dict[str, Any]] = mapped_column(Json)
    """Name of the variant → how often."""
