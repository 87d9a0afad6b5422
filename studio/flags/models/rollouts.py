"""Guarded rollouts: where each of them is, and what happened to it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Double, ForeignKey, Index, Integer, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_OPEN = text("ended_at is null")
_KEPT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""Looked for where it is not there, which a JSON null would hide."""


class FlagRollout(Tenant, Model):
    """One way of a flag to more and more people, in one environment. At most one is open there."""

    __tablename__ = "flag_rollout"
    __table_args__ = (
        Index(
            "ix_flag_rollout_open", "flag_id", "environment_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_flag_rollout_newest", "flag_id", "environment_id", "id"),
        Index("ix_flag_rollout_due_at", "due_at"),
        Index("ix_flag_rollout_wait_id", "wait_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"))
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"))
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    """As ramps.plan.Plan.as_json()."""
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    """Whom it means: `{stickiness, constraints, segments}`, in Unleash's form."""
    approvers: Mapped[list[str]] = mapped_column(Json)
    """Who is asked at steps that need somebody to agree: `user:<email>` or `group:<name>`."""
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What held when it started: `{enabled, strategies, variants}`."""
    state: Mapped[str] = mapped_column(String(12))
    step: Mapped[int] = mapped_column(Integer())
    since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    served: Mapped[float] = mapped_column(Double())
    dwell_over: Mapped[bool] = mapped_column()
    reasons: Mapped[list[str]] = mapped_column(Json)
    accepted: Mapped[list[str]] = mapped_column(Json)
    approval: Mapped[str] = mapped_column(String(12))
    request_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Of the approval that was asked for at this step."""
    counted: Mapped[dict[str, Any] | None] = mapped_column(_KEPT)
    """What was counted of one that has long ended; None: it is counted anew at each look."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it is looked at next; None: not before something happens."""
    last_exposure_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("a rollout tells who planned it"))
    """The run whose step planned it or last took it up; None: people did."""
    wait_id: Mapped[UUID | None] = mapped_column(Uuid())
    """By which that run waits; None: it does not, or no longer."""


class FlagRolloutEvent(Tenant, Model):
    """What happened to a rollout. Never changed, never deleted."""

    __tablename__ = "flag_rollout_event"
    __table_args__ = (Index("ix_flag_rollout_event_rollout_id", "rollout_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    rollout_id: Mapped[UUID] = mapped_column(ForeignKey("flag_rollout.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    what: Mapped[str] = mapped_column(String(20))
    from_step: Mapped[int] = mapped_column(Integer())
    to_step: Mapped[int] = mapped_column(Integer())
    share: Mapped[float] = mapped_column(Double())
    """Per cent that had it from then on."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    note: Mapped[str] = mapped_column(String(500))
    who: Mapped[str] = mapped_column(String(200))
