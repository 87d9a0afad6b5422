"""Small tables beside the ledger."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import part_of_run
from studio.core.tenancy import Tenant


class KvEntry(Tenant, Model):
    """One entry of the workspace's key-value table."""

    __tablename__ = "kv_entry"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    table: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    value: Mapped[Any | None] = mapped_column(Json)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    """None: never."""
    claimed_by: Mapped[str | None] = mapped_column(String(200))
    """Who claimed the key first, for "only once"."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class RunNote(Tenant, Model):
    """A remark on a run, by a step or by a person."""

    __tablename__ = "run_note"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(Uuid(), index=True, info=part_of_run())
    text: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class LoopLease(Model):
    """Who turns a loop that must turn once in all processes, such as timers."""

    __tablename__ = "loop_lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime())


class WorkerProcess(Model):
    """A process that executes runs, as it says itself every few seconds. It takes its row away as it ends."""

    __tablename__ = "worker_process"

    holder: Mapped[str] = mapped_column(String(80), primary_key=True)
    """By which its leases are named."""
    host: Mapped[str] = mapped_column(String(200))
    pid: Mapped[int] = mapped_column(Integer)
    release: Mapped[str] = mapped_column(String(80))
    """Of its code, so that a deploy shows who is still old."""
    threads: Mapped[int] = mapped_column(Integer)
    """Calls that it makes at once."""
    state: Mapped[str] = mapped_column(String(10))
    """`working`, or `draining`: it takes nothing more and finishes what it has."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """By the database's clock."""
