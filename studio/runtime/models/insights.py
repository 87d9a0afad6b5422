"""What runs are found by besides their own columns. Nothing here is written while an order is accepted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
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


class RunTally(Tenant, Model):
    """How many runs of a workflow began in an hour or on a day and are in one state: see `insights/tallying`."""

    __tablename__ = "run_tally"
    __table_args__ = (Index("ix_run_tally_grain", "workspace_id", "grain", "starts_at"),)

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    """`insights.grains.ALL`: of all workflows together."""
    grain: Mapped[str] = mapped_column(String(1), primary_key=True)
    """`insights.grains.Grain`."""
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    """Of an hour of UTC, or of a day of the time zone that the workspace had: see `TallyZone`."""
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    """What runs wait for; empty: they do not wait."""
    runs: Mapped[int] = mapped_column(Integer)
    times: Mapped[dict[str, int]] = mapped_column(Json)
    """Of those that have ended: how many lie in which bucket of `core.sketch`, by milliseconds from begin to end."""


class RunErrorTally(Tenant, Model):
    """How many runs of a workflow that began in an hour or on a day failed with one and the same error."""

    __tablename__ = "run_error_tally"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    grain: Mapped[str] = mapped_column(String(1), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    error_print: Mapped[str] = mapped_column(String(16), primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    error_code: Mapped[str] = mapped_column(String(80))
    error_node: Mapped[str] = mapped_column(String(40))
    runs: Mapped[int] = mapped_column(Integer)
    latest_run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("an example; its sentence goes with it"))


class StepTally(Tenant, Model):
    """How a step of a workflow went in runs that began in an hour or on a day and have ended: see `by_step`."""

    __tablename__ = "step_tally"
    __table_args__ = (Index("ix_step_tally_old", "grain", "starts_at"),)

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    workflow_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    grain: Mapped[str] = mapped_column(String(1), primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    node_key: Mapped[str] = mapped_column(String(40), primary_key=True)
    ended: Mapped[int] = mapped_column(Integer)
    """How often it succeeded or failed; in a loop once an iteration."""
    failed: Mapped[int] = mapped_column(Integer)
    retried: Mapped[int] = mapped_column(Integer)
    """Attempts beyond the first."""
    times: Mapped[dict[str, int]] = mapped_column(Json)
    """Buckets of `core.sketch`, by milliseconds from the begin of its first attempt to the end of its last."""


class TallyZone(Tenant, Model):
    """From when on a workspace's days are those of a time zone. Never of a moment before which runs are counted."""

    __tablename__ = "tally_zone"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime(), primary_key=True)
    """The first: `insights.days.EVER`. Later ones begin with a midnight that was still to come."""
    zone: Mapped[str] = mapped_column(String(64))
    """Its IANA name."""


class RunOpen(Tenant, Model):
    """A run that was counted while it still went on: looked at again until it has ended."""

    __tablename__ = "run_open"

    run_id: Mapped[UUID] = mapped_column(
        Uuid(), primary_key=True, info=outlives_run("the next look finds it gone, and counts it no longer")
    )
    workflow_id: Mapped[UUID] = mapped_column(Uuid())
    began_at: Mapped[datetime] = mapped_column(UtcDateTime())
    day_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the day began that it is counted in; None: counted by days of UTC, before they had a zone."""
    state: Mapped[str] = mapped_column(String(20))
    """As it is counted, and for what it waits."""
    reason: Mapped[str] = mapped_column(String(40))


class RunView(Tenant, Model):
    """A filter of the list of runs by a name."""

    __tablename__ = "run_view"
    __table_args__ = (Index("ix_run_view_owner", "workspace_id", "owner_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    filter: Mapped[list[list[str]]] = mapped_column(Json)
    """Names and values of an address, as `history.filters.written` gives them."""
    owner_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Whose it is; None: everybody's of the workspace."""
    made_by: Mapped[UUID | None] = mapped_column(Uuid())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class RunColumns(Tenant, Model):
    """What one person sees of each run in the list."""

    __tablename__ = "run_columns"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    columns: Mapped[list[str]] = mapped_column(Json)
    """Of `history.columns.Column`, in the order in which they stand."""
