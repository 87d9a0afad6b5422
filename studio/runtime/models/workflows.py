"""Workflows, their immutable versions, and what starts them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.contract.node import node_type
from studio.core.db import Json, Model, UtcDateTime
from studio.core.errors import Unavailable
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant


class Workflow(Tenant, Model):
    """What a merchant draws. The document lives in the draft and in the versions."""

    __tablename__ = "workflow"
    __table_args__ = (
        Index("ix_workflow_workspace_id_name", "workspace_id", "name"),
        Index("ix_workflow_folder", "workspace_id", "folder"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text, default="")
    enabled: Mapped[bool] = mapped_column(Boolean, default=False)
    """Off: its triggers start nothing; runs that exist go on."""
    published_version_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The version that triggers start; None: never published."""
    published_number: Mapped[int | None] = mapped_column(Integer)
    template_slug: Mapped[str | None] = mapped_column(String(80))
    """The gallery template it came from."""
    owner_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Who is told when a run fails."""
    folder: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What people sort it by; empty: it stands outside of folders."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set: hidden, its triggers off; history stays."""


class WorkflowVersion(Tenant, Model):
    """A published document. Never changes: runs point at it."""

    __tablename__ = "workflow_version"
    __table_args__ = (UniqueConstraint("workflow_id", "number"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflow.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, 3, … within the workflow."""
    document: Mapped[dict[str, Any]] = mapped_column(JSON())
    """As it was published. Text, not jsonb, which reorders keys and writes 1e17 as a whole number too large to keep."""
    logic_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the document without its layout."""
    note: Mapped[str] = mapped_column(Text, default="")
    edited_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who last changed what it does; None: not known, or a program."""
    published_by: Mapped[UUID | None] = mapped_column(Uuid())
    published_by_name: Mapped[str] = mapped_column(String(120), default="")
    published_at: Mapped[datetime] = mapped_column(UtcDateTime())


_FOLLOWING = text("active and audit_seq is not null")
_STAGED = text("staged_version_id is not null")


class TriggerSubscription(Tenant, Model):
    """One trigger node of a published workflow. Keeps its id and address from version to version."""

    __tablename__ = "trigger_subscription"
    __table_args__ = (
        UniqueConstraint("workflow_id", "node_key"),
        Index(
            "ix_trigger_subscription_due",
            "next_due_at",
            sqlite_where=text("active"),
            postgresql_where=text("active"),
        ),
        Index("ix_trigger_subscription_kind", "workspace_id", "type"),
        Index(
            "ix_trigger_subscription_following",
            "workspace_id",
            "audit_seq",
            sqlite_where=_FOLLOWING,
            postgresql_where=_FOLLOWING,
        ),
        Index("ix_trigger_subscription_staged", "workflow_id", sqlite_where=_STAGED, postgresql_where=_STAGED),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflow.id"))
    version_id: Mapped[UUID] = mapped_column(Uuid())
    """The version that it starts."""
    staged_version_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The version that some events start instead, while one is staged (runtime.stages); None: none do."""
    staged_share: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Percent of the events that do."""
    node_key: Mapped[str] = mapped_column(String(40))
    type: Mapped[str] = mapped_column(String(60))
    type_version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    config: Mapped[dict[str, Any]] = mapped_column(Json)
    """As that version of its type wrote it; `settings` is what the present one reads."""
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    halt: Mapped[str | None] = mapped_column(String(8))
    """Paused: what becomes of its events, `hold` or `refuse`. None: they start runs. Follows the rows of `halt`."""
    halt_why: Mapped[str | None] = mapped_column(Text)
    """The sentence that senders are answered meanwhile."""
    address_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """SHA-256 of the 256-bit address; None where the trigger has none."""
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, info=sealed("{workspace_id}|trigger|{id}"))
    """The address itself, encrypted, so that the builder can show it."""
    priority: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    """Of the runs that it starts. Smaller first."""
    control: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What limits the runs that it starts (runtime.flow.control); None: nothing, and nothing is asked."""
    next_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Schedules: when it starts a run next."""
    audit_seq: Mapped[int | None] = mapped_column(BigInteger)
    """Followers of the audit trail: the number of the last entry that was looked at."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    @property
    def settings(self) -> Mapping[str, Any]:
        """Its config for this Studio's version of its type. Raises Unavailable where only a newer one can read it."""
        return trigger_settings(self.type, self.type_version, self.config)


def trigger_settings(type_key: str, version: int, config: Mapping[str, Any]) -> Mapping[str, Any]:
    """A trigger's stored config as this Studio reads it. Raises Unavailable where only a newer one can."""
    known = node_type(type_key)
    if known is None or known.version < version:
        raise Unavailable(
            _(
                "%(type)s was published by a newer Studio than this server runs. Sending it again is safe.",
                type=type_key,
            ),
            code="trigger.newer_version",
        )
    return known.upgraded(config, version)
