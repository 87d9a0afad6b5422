"""The index of runs by their words. Filled behind the runs, never with them: accepting an order pays nothing for it."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, Text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model
from studio.core.run_parts import part_of_run
from studio.core.tenancy import Tenant


class RunSearch(Tenant, Model):
    """The words of one run. On SQLite they stand in the full-text table `run_words`, under `seq`."""

    __tablename__ = "run_search"
    __table_args__ = (Index("ix_run_search_run_id", "workspace_id", "run_id", unique=True),)

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    """Grows with the run's id: runs are indexed in the order of their ids."""
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=part_of_run())
    words: Mapped[str | None] = mapped_column(Text().with_variant(TSVECTOR(), "postgresql"))
    """None on SQLite."""
