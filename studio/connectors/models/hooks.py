"""Webhooks that are registered at providers, and what they have delivered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant


class ConnectionHook(Tenant, Model):
    """One webhook at a provider: for an account, or for one part of it. Its row outlives it, and keeps its address."""

    __tablename__ = "connection_hook"
    __table_args__ = (
        UniqueConstraint("connection_id", "scope"),
        Index("ix_connection_hook_check_due_at", "check_due_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    scope: Mapped[str] = mapped_column(String(200))
    """The provider's id of the part that it is registered for; empty: the account."""
    external_id: Mapped[str | None] = mapped_column(String(400))
    """The provider's id of it; None: it is not registered."""
    topics: Mapped[list[str]] = mapped_column(Json)
    """In the provider's words: what is wanted, and once it is active, what is registered."""
    state: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(Integer())
    """Grows with each change of what is wanted: a job of an older one has nothing to do."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Somebody is talking to the provider about it until then."""
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the secret part of the address that the provider calls."""
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary(), info=sealed("{workspace_id}|connection_hook|{connection_id}|{id}", version="key_version")
    )
    """JSON: the address and the signing secrets, newest first. Moved to another hook it does not open."""
    key_version: Mapped[int] = mapped_column(Integer())
    check_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When Studio looks next whether it still stands there; None: it was never registered."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the provider last had it."""
    renewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was last found missing there; None: never."""
    renewals: Mapped[int] = mapped_column(Integer(), server_default="0")
    """How often it was found missing."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(Text())
    """Why the provider could not be told, in words; None: it could, or nobody has tried yet."""
    refused: Mapped[int] = mapped_column(Integer())
    """Requests to its address that proved nothing, such as those with a wrong signature."""
    refused_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    refused_code: Mapped[str | None] = mapped_column(String(80))
    asked_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who published what wants it."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConnectionDelivery(Tenant, Model):
    """One delivery whose signature fitted. Forged ones are counted on the hook: they may not use up an id."""

    __tablename__ = "connection_delivery"
    __table_args__ = (
        UniqueConstraint("connection_id", "delivery_id"),
        Index("ix_connection_delivery_newest", "connection_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    hook_id: Mapped[UUID] = mapped_column(ForeignKey("connection_hook.id"))
    delivery_id: Mapped[str | None] = mapped_column(String(200))
    """The provider's, the same at each try; None: it was refused, and may come again."""
    topic: Mapped[str] = mapped_column(String(120))
    """In the provider's words; empty: it could not be read."""
    verdict: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text())
    started: Mapped[int] = mapped_column(Integer())
    """Runs."""
    repeats: Mapped[int] = mapped_column(Integer())
    """How often it came again, and started nothing."""
    payload: Mapped[str | None] = mapped_column(Text())
    """The body; None: too large to keep, or forgotten by now."""
    size: Mapped[int] = mapped_column(Integer())
    """Bytes of the body."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
