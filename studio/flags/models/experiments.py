"""Experiments: their design, where each of them is, what happened to it, and which runs wait for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_OPEN = text("closed_at is null")


class FlagExperiment(Tenant, Model):
    """Arms of a flag that are compared in one environment until a horizon. At most one is open there."""

    __tablename__ = "flag_experiment"
    __table_args__ = (
        Index(
            "ix_flag_experiment_open", "flag_id", "environment_id", unique=True, sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_flag_experiment_newest", "flag_id", "environment_id", "id"),
        Index("ix_flag_experiment_due_at", "due_at"),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"))
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"))
    hypothesis: Mapped[str] = mapped_column(String(500))
    """What somebody expects, in their words; may be empty."""
    design: Mapped[dict[str, Any]] = mapped_column(Json)
    """As experiments.design.Design.as_json()."""
    audience: Mapped[dict[str, Any]] = mapped_column(Json)
    """Whom it means: `{stickiness, constraints, segments}`, in Unleash's form."""
    payloads: Mapped[dict[str, Any]] = mapped_column(Json)
    """What each arm gives, by its name: `{type, value}`. Empty: a yes-or-no flag."""
    approvers: Mapped[list[str]] = mapped_column(Json)
    """Who has to agree to a decision: `user:<email>` or `group:<name>`. Empty: nobody."""
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What held when it started: `{enabled, strategies, variants}`."""
    state: Mapped[str] = mapped_column(String(12))
    counted: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """The sums that it was read by, once it has ended; None: they are counted anew at each look."""
    reason: Mapped[str] = mapped_column(String(20))
    """Why it was stopped: `by_person`, `guardrail`, `switched_off`; empty: it was not."""
    proposal: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What people were asked to agree to: `{ship, note, by}`."""
    request_id: Mapped[UUID | None] = mapped_column(Uuid())
    decision: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was decided: `{ship, note, by, objections, version}`; `version` is the flag's after it."""
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it is looked at next; None: not before something happens."""
    last_exposure_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[str] = mapped_column(String(200))
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its horizon was reached or somebody stopped it: nothing is counted after that."""
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it was decided or dropped."""


class FlagExperimentEvent(Tenant, Model):
    """What happened to an experiment. Never changed, never deleted."""

    __tablename__ = "flag_experiment_event"
    __table_args__ = (Index("ix_flag_experiment_event_experiment_id", "experiment_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    experiment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_experiment.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    what: Mapped[str] = mapped_column(String(20))
    variant: Mapped[str] = mapped_column(String(40))
    """Of a proposal or a decision: the one that is shipped; empty: the control is kept."""
    note: Mapped[str] = mapped_column(String(500))
    who: Mapped[str] = mapped_column(String(200))


class FlagExperimentWait(Tenant, Model):
    """A run that waits for the end of an experiment."""

    __tablename__ = "flag_experiment_wait"
    __table_args__ = (Index("ix_flag_experiment_wait_experiment_id", "experiment_id"),)

    wait_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("gone since the wait ended"))
    experiment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_experiment.id"))
