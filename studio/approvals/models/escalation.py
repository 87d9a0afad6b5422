"""Where each request is in its plan of escalation, and whose turn it is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_TO_COME = text("next_at is not null")


class Escalation(Tenant, Model):
    """A request's plan, and what of it comes next. Changed under the request's lock alone."""

    __tablename__ = "approval_escalation"
    __table_args__ = (
        Index(
            "ix_approval_escalation_next_at",
            "workspace_id",
            "next_at",
            sqlite_where=_TO_COME,
            postgresql_where=_TO_COME,
        ),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"), primary_key=True)
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    """As it was when people were asked; see `escalation.py`."""
    step: Mapped[int] = mapped_column(Integer, default=0)
    """Of the plan, the one that comes next in the running stage."""
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When that is due, or an acknowledgement ends. None: nothing comes, or time stands still."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """From when that step is counted, to count it anew; None: not known, or it was held back since."""
    jobs: Mapped[int] = mapped_column(Integer, default=0)
    """How many timers it had: each has a name of its own."""
    acknowledged_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who is on it until `next_at`; None: nobody."""
    acknowledged_share: Mapped[UUID | None] = mapped_column(Uuid())
    """By which share: it ends with that."""
    held_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when somebody is on it."""
    held_next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the next step was due at that moment."""
    paused_next_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """`next_at` when the request's time was stopped, while it is."""
    fallback_stage: Mapped[int | None] = mapped_column(Integer)
    """The stage in which the fallback approvers were asked, the last one; None: they never were."""


class Turn(Tenant, Model):
    """Who of the same targets was asked when, over all requests: the one longest ago is next."""

    __tablename__ = "approval_turn"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(64))
    """Hash of the targets as a step names them."""
    count: Mapped[int] = mapped_column(Integer, default=0)
    """Turns that were taken."""
    taken: Mapped[dict[str, int]] = mapped_column(Json)
    """The number of each person's last turn, by their id."""
