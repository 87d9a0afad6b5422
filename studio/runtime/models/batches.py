"""What is done with many runs at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class RunBatch(Tenant, Model):
    """One thing that is done with many runs, spread over time."""

    __tablename__ = "run_batch"
    __table_args__ = (Index("ix_run_batch_workspace", "workspace_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    """After the incident."""
    verb: Mapped[str] = mapped_column(String(12))
    options: Mapped[dict[str, Any]] = mapped_column(Json)
    """runtime.batches.wanted.Wanted, without its verb."""
    filter: Mapped[str] = mapped_column(Text)
    """By which the runs were found, as an address says it."""
    per_minute: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10))
    turn: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Grows with every turn; a job of an earlier one does nothing."""
    total: Mapped[int] = mapped_column(Integer)
    done: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    refused: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    by_id: Mapped[UUID | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class RunBatchItem(Tenant, Model):
    """One run of a batch, and what became of it."""

    __tablename__ = "run_batch_item"
    __table_args__ = (Index("ix_run_batch_item_state", "batch_id", "state", "run_id"),)

    batch_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, info=outlives_run("what was done with it is told as long as its batch is")
    )
    state: Mapped[str] = mapped_column(String(10))
    again_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The new run."""
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it was refused."""
