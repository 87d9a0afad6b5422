"""A flag, what holds of it in each environment, and every version of both."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.tenancy import Tenant


class Flag(Tenant, Model):
    """One flag: a name that code asks for, and what it may give."""

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("workspace_id", "key"),
        Index("ix_flag_newest", "workspace_id", "archived_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(100))
    """What code, steps and addresses name it by; never changes."""
    description: Mapped[str] = mapped_column(Text())
    kind: Mapped[str] = mapped_column(String(8))
    purpose: Mapped[str] = mapped_column(String(12))
    value_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """JSON Schema that each value of a `json` flag keeps to; None: any JSON."""
    off_value: Mapped[Any] = mapped_column(Json, nullable=True)
    """What a flag that is no boolean gives where it is off."""
    dependencies: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """Flags that have to be on (or off, or give one of some variants) first: `{feature, enabled, variants}`."""
    impression_data: Mapped[bool] = mapped_column()
    """Clients tell their own analytics each time it is asked for."""
    version: Mapped[int] = mapped_column(Integer())
    """Number of its newest version, from 1; it and all its settings count together."""
    owner_id: Mapped[UUID | None] = mapped_column(Uuid())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Clients no longer get it; its key stays taken."""


class FlagSetting(Tenant, Model):
    """What holds of a flag in one environment. A flag without a row there is off."""

    __tablename__ = "flag_setting"
    __table_args__ = (Index("ix_flag_setting_environment_id", "environment_id"),)

    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"), primary_key=True)
    environment_id: Mapped[UUID] = mapped_column(ForeignKey("flag_environment.id"), primary_key=True)
    enabled: Mapped[bool] = mapped_column()
    strategies: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """In Unleash's form; the first that holds decides. Empty: an enabled flag is on for everybody."""
    variants: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """In Unleash's form; where the strategy that held has variants of its own, those count."""
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_by: Mapped[str] = mapped_column(String(200))


class FlagVersion(Tenant, Model):
    """A flag, or its setting in one environment, as it was after a change. Never changed, never deleted."""

    __tablename__ = "flag_version"
    __table_args__ = (UniqueConstraint("flag_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"))
    environment_id: Mapped[UUID | None] = mapped_column(ForeignKey("flag_environment.id"))
    """None: the flag itself was changed."""
    number: Mapped[int] = mapped_column(Integer())
    state: Mapped[dict[str, Any]] = mapped_column(Json)
    """All of it, as after the change: going back is writing this anew."""
    changes: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """What differs from before, field by field: `{field, before, after}`."""
    note: Mapped[str] = mapped_column(String(500))
    """Why, in the words of whoever changed it."""
    restored: Mapped[int | None] = mapped_column(Integer())
    """Number of the version that was brought back; None: it was an edit."""
    cause: Mapped[str] = mapped_column(String(200))
    """Who or what: a person's name, or the run, rollout or experiment that did it."""
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("a version never changes"))
    """The run whose step did it; None: no step."""
    at: Mapped[datetime] = mapped_column(UtcDateTime())
