"""Tables of exports of runs: what was asked for, how far it is, and its bytes until they expire."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_UNFINISHED = text("state in ('queued', 'making')")
_READY = text("state = 'ready'")


class RunExport(Tenant, Model):
    """Somebody asked for the runs of a filter. Where its worker dies, another goes on behind the last part."""

    __tablename__ = "run_export"
    __table_args__ = (
        Index("ix_run_export_workspace_id", "workspace_id", "id"),
        Index("ix_run_export_held_until", "held_until", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index("ix_run_export_expires_at", "workspace_id", "expires_at", sqlite_where=_READY, postgresql_where=_READY),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    format: Mapped[str] = mapped_column(String(10))
    """`outcomes.Format`."""
    filter: Mapped[list[list[str]]] = mapped_column(Json)
    """Names and values, as `history.filters.written` gives them; a span has become a beginning."""
    state: Mapped[str] = mapped_column(String(20))
    """`outcomes.State`."""
    runs: Mapped[int] = mapped_column(Integer, default=0)
    """So many are in it so far."""
    newest: Mapped[UUID] = mapped_column(Uuid())
    """It holds runs with smaller ids alone: those that come meanwhile are not in it."""
    oldest: Mapped[UUID] = mapped_column(Uuid())
    """No run that fits has a smaller id: by this progress is told."""
    reached: Mapped[UUID] = mapped_column(Uuid())
    """Everything from `newest` down to here is written."""
    parts: Mapped[int] = mapped_column(Integer, default=0)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes of the file so far; the parts are stored compressed."""
    error: Mapped[str | None] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    """How often a worker took it in a row without writing a part. Whoever writes under an older one writes nothing."""
    held_until: Mapped[datetime] = mapped_column(UtcDateTime())
    """No other worker takes it before."""
    asked_by: Mapped[UUID | None] = mapped_column(Uuid())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its bytes are deleted; None: it is not ready."""


class RunExportPart(Tenant, Model):
    """Some of a file's bytes, compressed, in order."""

    __tablename__ = "run_export_part"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    export_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary())
