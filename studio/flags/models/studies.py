"""What rollouts and experiments rest on: who was seen in which arm, and what was measured of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Double, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class FlagMetric(Tenant, Model):
    """Something that is measured of people, such as errors or revenue."""

    __tablename__ = "flag_metric"
    __table_args__ = (UniqueConstraint("workspace_id", "key"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(60))
    """What plans and programs name it by; never changes."""
    title: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(12))
    worse: Mapped[str] = mapped_column(String(4))
    """Which way it gets worse: `up` or `down`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[str] = mapped_column(String(200))


class FlagUnitKey(Tenant, Model):
    """What the hashes of an environment's units are keyed by.

    It lies beside them, so whoever has the whole database can look for a person whose id they know; with the salt
    deleted nobody can.
    """

    __tablename__ = "flag_unit_key"

    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary())


class FlagExposure(Tenant, Model):
    """Somebody was seen in an arm of a study: counted once, in the arm of the first moment."""

    __tablename__ = "flag_exposure"

    study_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    unit: Mapped[bytes] = mapped_column(LargeBinary(), primary_key=True)
    """16 bytes: the keyed hash."""
    arm: Mapped[str] = mapped_column(String(40))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime())
    crossed: Mapped[bool] = mapped_column(server_default=false())
    """A program said that it was given another arm's variant: it counts in its own arm, and this is said."""


class FlagMeasurement(Tenant, Model):
    """What was measured of somebody at a moment, in the metric's unit."""

    __tablename__ = "flag_measurement"
    __table_args__ = (
        Index("ix_flag_measurement_unit", "metric_id", "environment_id", "unit"),
        Index("ix_flag_measurement_at", "environment_id", "at"),
    )

    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The program's own: the same one is counted once."""
    metric_id: Mapped[UUID] = mapped_column(ForeignKey("flag_metric.id"))
    unit: Mapped[bytes] = mapped_column(LargeBinary())
    value: Mapped[float] = mapped_column(Double())
    at: Mapped[datetime] = mapped_column(UtcDateTime())
