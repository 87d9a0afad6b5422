"""Tables: the pipelines in all their versions, a cursor a destination, and what destinations would not take."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class ExportConfig(Tenant, Model):
    """One version of a workspace's pipelines. The newest one holds; none is ever changed."""

    __tablename__ = "export_config"
    __table_args__ = (UniqueConstraint("workspace_id", "version"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    version: Mapped[int] = mapped_column(Integer())
    """From 1."""
    text: Mapped[str] = mapped_column(Text())
    """YAML as it was written. Secrets stand in it by name alone."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    """None: not a person."""


class ExportDestination(Tenant, Model):
    """One exporter of one pipeline, with its own place in the trail: a bad one holds no other up."""

    __tablename__ = "export_destination"
    __table_args__ = (
        UniqueConstraint("workspace_id", "pipeline", "exporter"),
        Index("ix_export_destination_due_at", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    pipeline: Mapped[str] = mapped_column(String(80))
    """Its name in the document, such as `logs/security`."""
    exporter: Mapped[str] = mapped_column(String(80))
    """Its name in the document, such as `webhook/siem`."""
    state: Mapped[str] = mapped_column(String(12))
    cursor: Mapped[int] = mapped_column(BigInteger())
    """Number of the last event that is theirs, or was left out, or is a dead letter."""
    cursor_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When that event was recorded; None: none was yet."""
    generation: Mapped[int] = mapped_column(Integer())
    """Grows with each change of what is sent where: a delivery under way then writes nothing."""
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Nothing is sent before."""
    attempts: Mapped[int] = mapped_column(Integer())
    """That failed in a row."""
    letters_queued: Mapped[int] = mapped_column(Integer())
    """Dead letters that somebody asked to send again."""
    last_error: Mapped[str | None] = mapped_column(Text())
    last_code: Mapped[str | None] = mapped_column(String(60))
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it fails; None: it does not."""
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it last took something."""
    delivered: Mapped[int] = mapped_column(BigInteger())
    """Events it has taken, counted again where they were sent again."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ExportDeadLetter(Tenant, Model):
    """An event that a destination would not take: put aside, so that those behind it may pass."""

    __tablename__ = "export_dead_letter"
    __table_args__ = (
        UniqueConstraint("destination_id", "seq"),
        Index("ix_export_dead_letter_state", "workspace_id", "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    destination_id: Mapped[UUID] = mapped_column(ForeignKey("export_destination.id"))
    seq: Mapped[int] = mapped_column(BigInteger())
    """The event's number in the trail, which keeps it."""
    event_id: Mapped[UUID] = mapped_column(Uuid())
    state: Mapped[str] = mapped_column(String(12))
    code: Mapped[str] = mapped_column(String(60))
    said: Mapped[str] = mapped_column(Text())
    """Why, in words."""
    attempts: Mapped[int] = mapped_column(Integer())
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Of the last attempt."""


class ExportWaiter(Tenant, Model):
    """A step that waits until a destination has an event, or will not have it. Gone with its wait."""

    __tablename__ = "export_waiter"
    __table_args__ = (Index("ix_export_waiter_destination_id", "destination_id"),)

    wait_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("gone since the wait ended"))
    destination_id: Mapped[UUID] = mapped_column(ForeignKey("export_destination.id"))
    event_id: Mapped[UUID] = mapped_column(Uuid())
    """The entry of the trail; its number is given when its transaction commits."""
