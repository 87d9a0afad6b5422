"""Erasures of a customer's data, which stay as their report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_OPEN = text("ended_at is null")


class CustomerErasure(Tenant, Model):
    """One erasure: first all runs are looked through, then, once somebody has agreed, those that name the key go."""

    __tablename__ = "customer_erasure"
    __table_args__ = (
        Index(
            "uq_customer_erasure_open", "workspace_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    reference: Mapped[str] = mapped_column(String(120))
    """What people call it; it stays, so it names nobody."""
    key: Mapped[str | None] = mapped_column(Text)
    """What is looked for. None once it has ended: the report does not keep what was to be forgotten."""
    state: Mapped[str] = mapped_column(String(12))
    """`erasure.outcomes.Progress`."""
    events: Mapped[bool] = mapped_column(Boolean, default=False)
    """It has come through the runs, and looks through what was received and started none."""
    sources: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    """It has come through those, too, and looks through what event sources kept."""
    archives: Mapped[bool] = mapped_column(Boolean, default=False)
    """It has come through all events, and looks through the files of archived runs."""
    cursor: Mapped[UUID] = mapped_column(Uuid())
    """The last run, event or file that was looked at."""
    turn: Mapped[int] = mapped_column(Integer, default=0)
    """Grows with each piece of work: names its job in the outbox."""
    looked_at: Mapped[int] = mapped_column(Integer, default=0)
    """Runs and events that the present look has come through."""
    found_runs: Mapped[int] = mapped_column(Integer, default=0)
    found_events: Mapped[int] = mapped_column(Integer, default=0)
    found_archived: Mapped[int] = mapped_column(Integer, default=0)
    """Archived runs that name it."""
    erased_runs: Mapped[int] = mapped_column(Integer, default=0)
    erased_events: Mapped[int] = mapped_column(Integer, default=0)
    erased_archived: Mapped[int] = mapped_column(Integer, default=0)
    trouble: Mapped[str | None] = mapped_column(Text)
    """Why a file of archived runs cannot be read or written now, in words: it waits for that. None: it can."""
    kept_runs: Mapped[int] = mapped_column(Integer, default=0)
    """Runs that name it and cannot go yet: they have not ended, or something that is open needs them."""
    kept: Mapped[list[Any]] = mapped_column(Json)
    """Ids of the first hundred of those."""
    by_name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
