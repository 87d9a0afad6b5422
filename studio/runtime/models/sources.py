"""Event sources: what is heard before there is a workflow, and the events that it kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant
from studio.runtime.models.workflows import trigger_settings


class EventSource(Tenant, Model):
    """An address, or an event of a connection, whose events are kept to be looked at."""

    __tablename__ = "event_source"
    __table_args__ = (
        Index("ix_event_source_workspace", "workspace_id", "id"),
        Index("ix_event_source_heir_id", "heir_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(60))
    """The node type of the trigger that would hear the same."""
    type_version: Mapped[int] = mapped_column(Integer)
    config: Mapped[dict[str, Any]] = mapped_column(Json)
    """Of that trigger, as that version of its type wrote it; `settings` is what the present one reads."""
    address_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the 256-bit address; None: it is no webhook, or a workflow has taken its address over."""
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=sealed("{workspace_id}|source|{id}"))
    """The address itself, encrypted, so that pages can show it."""
    heir_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The workflow that takes the address over once it is published; None: none is to."""
    taken_by: Mapped[UUID | None] = mapped_column(Uuid())
    """The workflow that has taken the address over last."""
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    kept: Mapped[int] = mapped_column(Integer, default=0)
    """Events that are kept now."""
    kept_bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    """What their bodies were as they came, together."""
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the newest event came, whether it is still kept or not."""
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set: it hears nothing; what it kept stays until it is too old."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Its config for this Studio's version of its type. Raises Unavailable where only a newer one can read it."""
        return trigger_settings(self.type, self.type_version, self.config)


class SourceEvent(Tenant, Model):
    """One event that a source kept."""

    __tablename__ = "source_event"
    __table_args__ = (
        Index("ix_source_event_source_id", "source_id", "id"),
        Index("ix_source_event_dedup_key", "source_id", "dedup_key"),
        Index("ix_source_event_workspace", "workspace_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("event_source.id"))
    dedup_key: Mapped[str | None] = mapped_column(String(255))
    repeats_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The first event of the same key, where that was still kept; None: it is the first."""
    preview: Mapped[str] = mapped_column(String(200))
    """How its data begins, for lists."""
    body: Mapped[Any | None] = mapped_column(Json)
    """What a run would get."""
    headers: Mapped[dict[str, str] | None] = mapped_column(Json)
    """Names in small letters; what proves or signs in is masked. None: it came by a connection."""
    query: Mapped[dict[str, str] | None] = mapped_column(Json)
    meta: Mapped[dict[str, Any]] = mapped_column(Json)
    """Method, content type, delivery id; of a connection: its name and the event's."""
    size: Mapped[int] = mapped_column(Integer)
    """Bytes of the body as it came."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
