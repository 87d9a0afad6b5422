"""Tables of backtests, and of shadows, which are backtests whose events are still to come.

They keep counts, ids and ports: what is shown of an event is worked out anew from the event.
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
SHADOW_ON = text("backtest.state = 'running' and backtest.until_at is not null")
"""Of shadows that go on. Queries repeat these words, or no planner sees the indexes."""
_SHADOW_ON = text("state = 'running' and until_at is not null")


class Backtest(Tenant, Model):
    """One draft, as it stood, against events of the past; or, where it has `until_at`, against those that come."""

    __tablename__ = "backtest"
    __table_args__ = (
        Index("ix_backtest_workflow", "workspace_id", "workflow_id", "id"),
        Index(
            "uq_backtest_shadow_on",
            "workflow_id",
            unique=True,
            sqlite_where=_SHADOW_ON,
            postgresql_where=_SHADOW_ON,
        ),
        Index("ix_backtest_look_at", "look_at", sqlite_where=_SHADOW_ON, postgresql_where=_SHADOW_ON),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("workflow.id"))
    trigger_node: Mapped[str] = mapped_column(String(40))
    """The draft's trigger that events begin at; empty: all of them, which is so for shadows."""
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
    """The event that was looked at last; of a shadow, up to where nothing new can come any more.

    Moves together with what was found, so that nothing counts twice.
    """
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str | None] = mapped_column(Text)
    """Why it could not go on."""
    turn: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Grows with every job that is left, of a shadow with every batch too: who read an earlier one writes nothing."""
    total: Mapped[int] = mapped_column(Integer)
    """Events of the stretch when it began; of a shadow, after how many it ends."""
    tally: Mapped[dict[str, Any]] = mapped_column(Json)
    """backtest.tally.Tally of what was looked at so far."""
    by_id: Mapped[UUID | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    until_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a shadow ends by itself; None: a backtest."""
    taken: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Events that a shadow has noted: those in its tally, and those whose run still goes on."""
    look_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """A shadow is not looked at before; None: it is over, or no shadow."""
    ended: Mapped[str | None] = mapped_column(String(12))
    """builder.shadow.outcomes.Ended; None: it goes on, or is no shadow."""


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
