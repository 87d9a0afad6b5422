"""Runs that were archived before they were deleted: where they lie, and what can still be looked up of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_ACTIVE = text("active")
_STAYS = "it is what is left of the run"


class ArchivePlace(Tenant, Model):
    """A folder or bucket that runs are archived to, or were: files stay where they were written."""

    __tablename__ = "archive_place"
    __table_args__ = (
        Index("ix_archive_place_active", "workspace_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))
    """`outcomes.Place`."""
    bucket: Mapped[str] = mapped_column(String(63), default="")
    """These five are empty for a folder."""
    region: Mapped[str] = mapped_column(String(63), default="")
    prefix: Mapped[str] = mapped_column(String(200), default="")
    endpoint: Mapped[str] = mapped_column(String(300), default="")
    """Empty: Amazon's, of the region."""
    access_key_id: Mapped[str] = mapped_column(String(128), default="")
    secret_name: Mapped[str] = mapped_column(String(80), default="")
    """Of the workspace's secrets: what opens the bucket."""
    active: Mapped[bool] = mapped_column(Boolean)
    """Runs that are due go here. One a workspace at most."""
    next_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """No worker looks for what is due before."""
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When something was last written there; None: never yet."""
    trouble: Mapped[str | None] = mapped_column(String(60))
    """Code of why nothing can be written there; nothing is deleted meanwhile. None: nothing is known."""
    trouble_words: Mapped[str | None] = mapped_column(Text)
    trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    keep_days: Mapped[int | None] = mapped_column(Integer)
    """Days that files are kept once they were written, alike at all places of a workspace; None: for good."""
    files_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """No worker looks for files to delete before; None: none goes."""
    files_trouble: Mapped[str | None] = mapped_column(Text)
    """Why files that are due cannot be deleted, in words; None: nothing is known."""
    files_trouble_since: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RunArchive(Tenant, Model):
    """One file of archived runs."""

    __tablename__ = "run_archive"
    __table_args__ = (Index("ix_run_archive_workspace_id", "workspace_id", "state", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(Uuid())
    name: Mapped[str] = mapped_column(String(400))
    """Its path in the folder, or its key in the bucket."""
    state: Mapped[str] = mapped_column(String(10))
    """`outcomes.Stage`."""
    runs: Mapped[int] = mapped_column(Integer, default=0)
    """So many of the archived runs are in it."""
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    """Bytes, packed."""
    sha256: Mapped[str] = mapped_column(String(64), default="")
    """Of the file, in hex."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When its runs were archived; a file that was written anew without some of them keeps it."""


class ArchivedRun(Tenant, Model):
    """What can be looked up of a run whose record lies in a file."""

    __tablename__ = "archived_run"
    __table_args__ = (
        Index("ix_archived_run_workspace_id", "workspace_id", "run_id"),
        Index("ix_archived_run_workflow_id", "workspace_id", "workflow_id", "run_id"),
        Index("ix_archived_run_archive_id", "archive_id", "offset"),
    )

    run_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, info=outlives_run(_STAYS))
    archive_id: Mapped[UUID] = mapped_column(Uuid())
    offset: Mapped[int] = mapped_column(BigInteger)
    """Where its gzip member begins in the file, in bytes."""
    length: Mapped[int] = mapped_column(BigInteger)
    """Bytes of that member."""
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    state: Mapped[str] = mapped_column(String(20))
    """How it ended."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When the run was accepted."""
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ArchivedLabel(Tenant, Model):
    """A label of an archived run, by which it is still found."""

    __tablename__ = "archived_label"
    __table_args__ = (Index("ix_archived_label_value", "workspace_id", "key", "value", "run_id"),)

    run_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, info=outlives_run(_STAYS))
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(120))
