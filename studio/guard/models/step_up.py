"""Proofs of who somebody is, asked for and given."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id


class StepUp(Model):
    """Somebody was asked to prove once more who they are, for one thing, in one session. No row of a tenant."""

    __tablename__ = "step_up"
    __table_args__ = (
        Index("ix_step_up_session_id", "session_id", "action", "payload_hash"),
        Index("ix_step_up_ends_at", "ends_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    session_id: Mapped[UUID] = mapped_column(Uuid())
    """The browser's session, or the API token."""
    user_id: Mapped[UUID] = mapped_column(Uuid())
    action: Mapped[str] = mapped_column(String(60))
    """What it is for: `sudo`, or the name of one protected action."""
    payload_hash: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 over what would be done; empty: sudo, which is not for one thing."""
    needed: Mapped[int] = mapped_column(SmallInteger())
    """The strength that was asked for; see accounts.outcomes.Strength."""
    what: Mapped[str] = mapped_column(Text, default="")
    """What is about to happen, in words."""
    challenge: Mapped[bytes] = mapped_column(LargeBinary())
    """What a passkey signs. Another one after each attempt, so that no answer counts twice."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Until when it may be answered; once it was, until when it is good."""
    method: Mapped[str | None] = mapped_column(String(20))
    """By what it was answered; None: not yet."""
    strength: Mapped[int | None] = mapped_column(SmallInteger())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
