"""What stands still because people said so: one workflow that is paused, or everything in a workspace."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, Double, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.tenancy import Tenant


class Halt(Tenant, Model):
    """A workflow that is paused, or whose backlog is being let go; or the stop of a whole workspace.

    Goes at its end: the audit trail keeps who did what.
    """

    __tablename__ = "halt"

    scope_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    """The workflow's id; the workspace's own where everything is stopped. Claims ask by it for both at once."""
    workflow_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: everything is stopped."""
    events: Mapped[str] = mapped_column(String(8))
    """`hold` or `refuse` (runtime.halts.outcomes.Events)."""
    parks: Mapped[bool] = mapped_column(Boolean)
    """Runs under way stop at their next boundary; else they finish."""
    parking: Mapped[bool] = mapped_column(Boolean)
    """`parks`, while it is not resumed: what the executor asks for."""
    reason: Mapped[str] = mapped_column(Text)
    """Why, in the words of whoever did it."""
    why: Mapped[str] = mapped_column(Text)
    """The sentence that senders are answered and events keep."""
    by_id: Mapped[UUID | None] = mapped_column(Uuid())
    by_name: Mapped[str] = mapped_column(String(200))
    since: Mapped[datetime] = mapped_column(UtcDateTime())
    until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When it resumes by itself; None: when somebody says so."""
    resumed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: it stands still. Set: what has gathered is being released."""
    total: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Parked runs and held events when it was resumed."""
    released: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """How many of them, and of those that came behind them, have been let go."""
    per_s: Mapped[float] = mapped_column(Double, default=0.0, server_default="0")
    """How many are let go in a second."""
