"""What runs are found by besides their own columns. Nothing here is written while an order is accepted."""

from uuid import UUID

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model
from studio.core.run_parts import outlives_run, part_of_run
from studio.core.tenancy import Tenant


class RunFacet(Tenant, Model):
    """A run has a facet: `insights.facets.number` of its kind and value. Its key is the index that lists walk."""

    __tablename__ = "run_facet"
    __table_args__ = (Index("ix_run_facet_run_id", "run_id"),)

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    facet: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    run_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, info=part_of_run())


class RunLabel(Tenant, Model):
    """What a step said about its run: one value a key."""

    __tablename__ = "run_label"
    __table_args__ = (Index("ix_run_label_value", "workspace_id", "key", "value", "run_id"),)

    run_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, info=part_of_run(texts=("value",)))
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(120))


class RunWalk(Model):
    """How far a look through all runs has come, in the order of their ids. Of no workspace."""

    __tablename__ = "run_walk"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(
        Uuid(), info=outlives_run("a place in the order, whether its run is there or not")
    )
    """Everything up to this run has been looked at."""
