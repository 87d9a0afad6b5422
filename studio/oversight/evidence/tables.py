"""Tables of evidence packs: who asked for which, how far it is, and its bytes until it expires."""

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


class EvidencePack(Tenant, Model):
    """Somebody asked for a pack. Its worker holds it for a while, and another begins anew once that is over."""

    __tablename__ = "evidence_pack"
    __table_args__ = (
        Index("ix_evidence_pack_workspace_id", "workspace_id", "id"),
        Index("ix_evidence_pack_held_until", "held_until", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
        Index(
            "ix_evidence_pack_expires_at", "workspace_id", "expires_at", sqlite_where=_READY, postgresql_where=_READY
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    """`outcomes.Kind`."""
    subject: Mapped[UUID | None] = mapped_column(Uuid())
    """The run or the approval; None: a period."""
    since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Of a period, not included."""
    filters: Mapped[dict[str, str]] = mapped_column(Json)
    """Which audit events of a period, by the names of the Audit page's filters; empty: all."""
    state: Mapped[str] = mapped_column(String(20))
    """`outcomes.State`."""
    stage: Mapped[str] = mapped_column(String(20), default="")
    """`outcomes.Stage`; empty: not begun."""
    approvals: Mapped[int] = mapped_column(Integer, default=0)
    """So many are in it so far; runs and events as well."""
    runs: Mapped[int] = mapped_column(Integer, default=0)
    events: Mapped[int] = mapped_column(Integer, default=0)
    parts: Mapped[int] = mapped_column(Integer, default=0)
    """Rows of evidence_part."""
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes so far."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the whole archive, once it is ready."""
    error: Mapped[str | None] = mapped_column(Text)
    """Why it failed, in words."""
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    """How often a worker began. Whoever writes under an older number writes nothing."""
    held_until: Mapped[datetime] = mapped_column(UtcDateTime())
    """Nobody else begins before: its worker goes on meanwhile."""
    asked_by: Mapped[UUID | None] = mapped_column(Uuid())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its bytes are deleted; None: it is not ready."""


class EvidencePart(Tenant, Model):
    """Some of a pack's bytes, in order."""

    __tablename__ = "evidence_part"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    pack_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary())
