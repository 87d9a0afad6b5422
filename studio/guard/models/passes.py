"""What runs obtain at their gates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant

_ASKED = text("request_id is not null")


class GuardPass(Tenant, Model):
    """One visit of a run to a gate: what it is about, who was asked, and what was obtained for just that content."""

    __tablename__ = "guard_pass"
    __table_args__ = (
        Index("ix_guard_pass_user", "workspace_id", "user_id", "state"),
        Index("ix_guard_pass_wait", "wait_id"),
        Index("ix_guard_pass_ended", "workspace_id", "ended_at"),
        Index("ix_guard_pass_run_id", "run_id", "id"),
        Index("ix_guard_pass_request_id", "request_id", sqlite_where=_ASKED, postgresql_where=_ASKED),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("who let a run pass is evidence"))
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    workflow_name: Mapped[str] = mapped_column(String(200))
    node: Mapped[str] = mapped_column(String(40))
    """Key of the gate's step."""
    path: Mapped[str] = mapped_column(String(120), default="")
    target: Mapped[str] = mapped_column(String(80), default="")
    """The protected action that it is for; empty: a proof alone."""
    what: Mapped[str] = mapped_column(Text)
    """What it is about, in words, as whoever is asked reads it."""
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    """What is shown and bound, by name."""
    payload_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the facts: what was obtained counts for no others."""
    state: Mapped[str] = mapped_column(String(20))
    """See outcomes.PassState."""
    wait_id: Mapped[UUID | None] = mapped_column(Uuid())
    """What the run waits for at this moment."""
    request_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The approval request that was made for it last."""
    asked_of: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Approvers and counts, as that request has them."""
    agreed: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    """Those of them that have agreed."""
    asker_decides: Mapped[bool] = mapped_column(default=False)
    agreed_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Whoever agreed last."""
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Who has to prove who they are; None: nobody yet."""
    needed: Mapped[int] = mapped_column(SmallInteger, default=1)
    """The strength that is asked of them; see accounts.outcomes.Strength."""
    max_age_s: Mapped[int] = mapped_column(Integer, default=300)
    """How old their proof may be."""
    method: Mapped[str | None] = mapped_column(String(20))
    """By what they proved it; None: not yet."""
    strength: Mapped[int | None] = mapped_column(SmallInteger)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Until when all of it has to be there."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
