"""Tables of syncs: where each stands, what it has copied, and its passes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class ConnectionSync(Tenant, Model):
    """One stream of one connection, of one scope or of the whole account."""

    __tablename__ = "connection_sync"
    __table_args__ = (
        Index("ix_connection_sync_connection_id", "connection_id"),
        Index("ix_connection_sync_due", "state", "next_due_at"),
        Index("uq_connection_sync_stream", "connection_id", "stream", "scope_key", unique=True),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    stream: Mapped[str] = mapped_column(String(60))
    """Key in the connector's definition."""
    scope_id: Mapped[UUID | None] = mapped_column(ForeignKey("connection_scope.id"))
    """None: the whole account."""
    scope_key: Mapped[str] = mapped_column(String(32))
    """The scope's id, or `*`: a unique index takes no two NULLs for the same."""
    state: Mapped[str] = mapped_column(String(12))
    epoch: Mapped[int] = mapped_column(Integer())
    """Grows whenever a worker takes it up, or somebody changes what it does: who has an older one writes nothing."""
    every_s: Mapped[int] = mapped_column(Integer())
    next_due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Nothing is read before; without meaning while it is paused or disabled."""
    phase: Mapped[str] = mapped_column(String(12))
    """Of the pass: `reading`, or `sweeping` for what a whole listing did not name."""
    kind: Mapped[str] = mapped_column(String(12))
    """Of the pass that is open or comes next: `changes`, `first`, `full` or `since`."""
    since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Where a backfill that is asked for begins; None with `since`'s kind only once it has begun."""
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("names a pass of its own, no run"))
    """The pass that is open; None: none is."""
    cursor: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """Where reading goes on; None: from the start."""
    generation: Mapped[int] = mapped_column(Integer())
    """Of the last whole listing that was begun: records that it has seen carry it."""
    full_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the last whole listing that came to its end had begun."""
    synced_to: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Everything that changed there before is here: the beginning of the last pass that came to its end."""
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """The end of that pass."""
    records: Mapped[int] = mapped_column(BigInteger())
    """That are there now, those deleted not counted."""
    added: Mapped[int] = mapped_column(BigInteger())
    """Of all passes, as the next three."""
    updated: Mapped[int] = mapped_column(BigInteger())
    deleted: Mapped[int] = mapped_column(BigInteger())
    read: Mapped[int] = mapped_column(BigInteger())
    """Records that were read, changed or not."""
    failures: Mapped[int] = mapped_column(Integer())
    """Attempts that failed in a row."""
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its owner was told of this row of failures; None: not yet."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(Text())
    """Why it does not go on, or not at once, in words."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who is told when it fails."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConnectionRecord(Tenant, Model):
    """One record of another system, as a sync last read it."""

    __tablename__ = "connection_record"
    __table_args__ = (Index("ix_connection_record_changed", "sync_id", "changed_at", "external_id"),)

    sync_id: Mapped[UUID] = mapped_column(ForeignKey("connection_sync.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    """The provider's id."""
    hash: Mapped[str] = mapped_column(String(32))
    """Of its data, whatever order its fields come in: the same hash is the same record."""
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    generation: Mapped[int] = mapped_column(Integer())
    """Of the last whole listing that has seen it."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When a sync last found it new, changed or gone."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was found gone; its data stay as they last were."""


class ConnectionSyncRun(Tenant, Model):
    """One pass of a sync, from its beginning to the end of what there was to read. May span several workers."""

    __tablename__ = "connection_sync_run"
    __table_args__ = (
        Index("ix_connection_sync_run_newest", "sync_id", "id"),
        Index("ix_connection_sync_run_ended_at", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    sync_id: Mapped[UUID] = mapped_column(ForeignKey("connection_sync.id"))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    """`running`, and at its end `succeeded`, `partial` or `failed`."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    pages: Mapped[int] = mapped_column(Integer())
    read: Mapped[int] = mapped_column(BigInteger())
    added: Mapped[int] = mapped_column(BigInteger())
    updated: Mapped[int] = mapped_column(BigInteger())
    deleted: Mapped[int] = mapped_column(BigInteger())
    refused: Mapped[int] = mapped_column(BigInteger())
    """Records that could not be kept: without an id, or too large."""
    failures: Mapped[int] = mapped_column(Integer())
    """Attempts of it that failed."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(Text())
    """The last one's, in words."""
