"""What waits for people to agree, and what was let through a freeze."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_ASKED = text("request_id is not null")


class GuardHold(Tenant, Model):
    """A protected act that somebody asked for and that others have to agree to, with its content."""

    __tablename__ = "guard_hold"
    __table_args__ = (
        Index("ix_guard_hold_workspace_id", "workspace_id", "target", "payload_hash"),
        Index("ix_guard_hold_subject", "workspace_id", "subject", "state"),
        Index("ix_guard_hold_request_id", "request_id", sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    target: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(120), default="")
    """What it is done to; empty: there may be several at once."""
    payload_hash: Mapped[str] = mapped_column(String(64))
    payload: Mapped[Any] = mapped_column(Json)
    """What would be done, and nothing else."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    """What policies compare; they are asked again when it is agreed to."""
    asked_of: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Approvers and counts, as the request has them."""
    asker_decides: Mapped[bool] = mapped_column(default=False)
    what: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[UUID] = mapped_column(Uuid())
    asked_by_name: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The approval request."""
    state: Mapped[str] = mapped_column(String(20))
    """See outcomes.HoldState."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it ended as it did, in words."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    good_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Of one that was agreed to and is done by its asker: until when."""


class GuardException(Tenant, Model):
    """Somebody has said why one act must happen in a freeze."""

    __tablename__ = "guard_exception"
    __table_args__ = (Index("ix_guard_exception_workspace_id", "workspace_id", "target", "payload_hash"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    target: Mapped[str] = mapped_column(String(80))
    payload_hash: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[UUID] = mapped_column(Uuid())
    freeze: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ProtectedSetting(Tenant, Model):
    """One version of a setting that money depends on. Never changed; the newest of a kind holds."""

    __tablename__ = "protected_setting"
    __table_args__ = (Index("uq_protected_setting_kind", "workspace_id", "kind", "version", unique=True),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    """`payout_account`, `tax_registrations` or `refund_limit`."""
    version: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    made_by: Mapped[UUID] = mapped_column(Uuid())
    made_by_name: Mapped[str] = mapped_column(String(200))
    hold_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The act that was agreed to; None: it needed nobody's agreement."""
