"""The API's own table: answers that were given under an Idempotency-Key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant


class IdempotencyKey(Tenant, Model):
    """One request that was carried out. It commits together with what the request did."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        UniqueConstraint("workspace_id", "caller", "key"),
        Index("ix_idempotency_key_created_at", "workspace_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    caller: Mapped[str] = mapped_column(String(80))
    """`api_token:<id>` or `user:<id>`: two callers may choose the same key."""
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """HMAC of method, address and body under a key of the installation: a body may hold a secret."""
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[bytes] = mapped_column(LargeBinary, info=sealed("{workspace_id}|idempotency|{id}"))
    """The answer's body, sealed: it may hold a webhook's address."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
