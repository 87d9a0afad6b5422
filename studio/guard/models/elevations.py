"""Who may be elevated to which role, and who was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class GuardEligibility(Tenant, Model):
    """Somebody, or a group of approvers, may ask for a role for a time. Never edited: withdrawn, and granted anew."""

    __tablename__ = "guard_eligibility"
    __table_args__ = (Index("ix_guard_eligibility_workspace_id", "workspace_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: a group."""
    group_id: Mapped[UUID | None] = mapped_column(Uuid())
    who: Mapped[str] = mapped_column(String(200))
    """The name of either, as it was then."""
    role: Mapped[str] = mapped_column(String(20))
    most_minutes: Mapped[int]
    """The longest time that may be asked for."""
    justification: Mapped[bool]
    """Whether a reason has to be given."""
    ticket: Mapped[bool]
    """Whether a ticket has to be named."""
    approvers: Mapped[list[str]] = mapped_column(Json)
    """`user:…`, `group:…` or `schedule:…`; empty: nobody has to agree."""
    needed: Mapped[int]
    """How many of them have to agree."""
    step_up: Mapped[bool]
    """Whether whoever is elevated proves once more who they are."""
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: until it is withdrawn."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID] = mapped_column(Uuid())
    created_by_name: Mapped[str] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_by_name: Mapped[str | None] = mapped_column(String(200))


class GuardElevation(Tenant, Model):
    """Somebody asked for a role for a time, and what came of it."""

    __tablename__ = "guard_elevation"
    __table_args__ = (
        Index("ix_guard_elevation_workspace_id", "workspace_id", "id"),
        Index("ix_guard_elevation_user_id", "workspace_id", "user_id", "state"),
        Index("ix_guard_elevation_eligibility_id", "workspace_id", "eligibility_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    eligibility_id: Mapped[UUID] = mapped_column(Uuid())
    user_id: Mapped[UUID] = mapped_column(Uuid())
    user_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    permissions: Mapped[list[str]] = mapped_column(Json)
    """Those of the role that were asked for."""
    whole: Mapped[bool]
    """Whether these are all of them."""
    minutes: Mapped[int]
    justification: Mapped[str] = mapped_column(Text, default="")
    ticket: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it shall begin; None: when its person starts it."""
    state: Mapped[str] = mapped_column(String(20))
    """See elevation.outcomes.State."""
    ending: Mapped[str | None] = mapped_column(String(20))
    """Why it ended; see elevation.outcomes.Ending."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """What was said at its decision or its end, in words."""
    request_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The approval request; None: nobody had to agree."""
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("who was let do what is evidence"))
    """The run that asked for it, where it was one."""
    wait_id: Mapped[UUID | None] = mapped_column(Uuid())
    """What that run waits for."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    use_by: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Once it was agreed to: it has to be started by then."""
    session_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The browser's session that it was started in, and holds in alone."""
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Once it was started: it holds until then."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_by_name: Mapped[str | None] = mapped_column(String(200))
    """None: it ended by itself."""
