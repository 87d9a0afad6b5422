"""Tables of the ground floor: jobs that outlive their request, and mail that stays at home."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_QUEUED, _RUNNING = text("state = 'queued'"), text("state = 'running'")


class OutboxRow(Tenant, Model):
    """Something that is to be done after a commit, once under its key."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_outbox_due", "due_at", postgresql_where=_QUEUED, sqlite_where=_QUEUED),
        Index("ix_outbox_lease", "lease_until", postgresql_where=_RUNNING, sqlite_where=_RUNNING),
        Index("ix_outbox_done_at", "done_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    topic: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(255))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    """Emptied once done: a mail's text holds links."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    """Counted before each try; also the fencing token of whoever holds the lease."""
    max_attempts: Mapped[int] = mapped_column(Integer)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    holder: Mapped[str | None] = mapped_column(String(80))
    """Who does it, so that a dead process's jobs can be freed with its other leases."""
    last_error: Mapped[str | None] = mapped_column(Text)
    """Of the latest try that failed."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was done, or had failed for good."""


class LocalMail(Tenant, Model):
    """A mail of an installation without a mail server, kept to be read in the browser."""

    __tablename__ = "local_mail"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    recipients: Mapped[list[str]] = mapped_column(Json)
    reply_to: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())


class StoredFile(Tenant, Model):
    """A file that somebody handed in. What it holds lies in its chunks."""

    __tablename__ = "stored_file"
    __table_args__ = (
        Index("ix_stored_file_workspace", "workspace_id", "size"),
        Index("ix_stored_file_expires_at", "workspace_id", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    """What it is for; another part of Studio does not take it."""
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    """As its content says, never as its sender does."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes."""
    sha256: Mapped[str] = mapped_column(String(64))
    """Hex, of what is kept."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    """None: no person."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it is let go unless something has taken it; None: something has."""


class StoredChunk(Tenant, Model):
    """A part of a file."""

    __tablename__ = "stored_chunk"

    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary())
