"""How far somebody is with the tour of their first days, as far as nothing else tells it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.tenancy import Tenant


class Tour(Tenant, Model):
    """One person's tour in one workspace. No row: it is shown, and nothing of this has happened yet."""

    __tablename__ = "tour"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    example_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The workflow that Studio made in their name when it was set up: no work of theirs."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When a test-run of a workflow of theirs went through first: test-runs leave no other trace."""
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When they first opened a real run of a workflow of theirs: it ends the tour."""
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Skipped, or over; None: Home shows it."""
