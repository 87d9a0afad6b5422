"""How long ended runs are kept, and how far letting go of them has come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.tenancy import Tenant


class RetentionRule(Tenant, Model):
    """Days that ended runs of one workflow, or of the whole workspace, are kept. None: as the next wider one says."""

    __tablename__ = "retention_rule"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    """The workflow's id; the workspace's own for all of its workflows."""
    succeeded: Mapped[int | None] = mapped_column(Integer)
    failed: Mapped[int | None] = mapped_column(Integer)
    cancelled: Mapped[int | None] = mapped_column(Integer)


class RetentionState(Tenant, Model):
    """What the last look over a workspace's runs came to."""

    __tablename__ = "retention_state"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When the last look that reached its end began."""
    deleted: Mapped[int] = mapped_column(Integer, default=0)
    """Runs that went in that look."""
    held: Mapped[int] = mapped_column(Integer, default=0)
    """Runs whose time was over and that something still needed."""
    deleted_ever: Mapped[int] = mapped_column(BigInteger, default=0)
    behind_since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """End of the oldest run that is due and still there while a look goes on; None: nothing is behind."""
