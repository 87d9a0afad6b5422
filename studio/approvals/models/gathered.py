"""Requests that a run waits for together."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class Gathered(Tenant, Model):
    """One of the requests that a wait is for. All rows of a wait are locked before it is seen whether it is over."""

    __tablename__ = "approval_gathered"
    __table_args__ = (
        UniqueConstraint("wait_id", "request_id"),
        Index("ix_approval_gathered_request_id", "request_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    wait_id: Mapped[UUID] = mapped_column(Uuid())
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("gone since the wait ended"))
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
