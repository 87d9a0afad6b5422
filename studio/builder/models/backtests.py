"""Tables of backtests. They keep counts, ids and ports: what is shown of an event is worked out anew from the event.

So neither retention nor a customer's erasure has anything to look for here.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_FAILED = text("error_print is not null")


class Backtest(Tenant, Model):
    """One draft, as it stood, against events of the past."""

    __tablename__ = "backtest"
    __table_args__ = (Index("ix_backtest_workflow", "workspace_id", "workflow_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("workflow.id"))
    trigger_node: Mapped[str] = mapped_column(String(40))
    """The draft's trigger that events begin at."""
    document: Mapped[dict[str, Any]] = mapped_column(JSON())
    """The draft as it stood. Text, not jsonb, as versions are."""
    logic_hash: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The published version beside it; None: there was none."""
    version_number: Mapped[int | None] = mapped_column(Integer)
    wanted: Mapped[dict[str, Any]] = mapped_column(Json)
    """backtest.outcomes.Wanted."""
    first_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The first event of the stretch; None: there were none."""
    last_id: Mapped[UUID | None] = mapped_column(Uuid())
    cursor: Mapped[UUID | None] = mapped_column(Uuid())
    """The event that was looked at last. Moves together with what was found, so that nothing counts twice."""
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(Text)
    """Why it could not go on."""
    turn: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Grows with every job that is left."""
    total: Mapped[int] = mapped_column(Integer)
    """Events of the stretch when it began."""
    tally: Mapped[dict[str, Any]] = mapped_column(Json)
    """backtest.tally.Tally of what was looked at so far."""
    by_id: Mapped[UUID | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class BacktestEvent(Tenant, Model):
    """What became of one event, and where that parts from what became of it before."""

    __tablename__ = "backtest_event"
    __table_args__ = (
        Index("ix_backtest_event_kind", "backtest_id", "kind", "event_id"),
        Index(
            "ix_backtest_event_error",
            "backtest_id",
            "error_print",
            "event_id",
            sqlite_where=_FAILED,
            postgresql_where=_FAILED,
        ),
    )

    backtest_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("an id and ports alone, kept thirty days"))
    """The run that the event started then."""
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str | None] = mapped_column(String(20))
    """How the run would end; None: none would start."""
    error_print: Mapped[str | None] = mapped_column(String(16))
    """runtime.insights.fingerprint of the error that it would end with."""
    node: Mapped[str | None] = mapped_column(String(40))
    """The step where the two part; None: nowhere, or as a whole."""
    what: Mapped[str | None] = mapped_column(String(12))
    was: Mapped[str | None] = mapped_column(String(40))
    """The port or state of before, where `what` is one of them."""
    becomes: Mapped[str | None] = mapped_column(String(40))
    assumed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """They part at a step whose outcome was assumed."""
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
