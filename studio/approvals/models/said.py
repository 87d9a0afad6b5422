"""What people said: votes, the decision, remarks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant

_STANDING, _VOIDED = text("voided_at is null"), text("voided_at is not null")


class Vote(Tenant, Model):
    """What one person said. Never changed or taken away; it may only stop counting."""

    __tablename__ = "approval_vote"
    __table_args__ = (
        Index(  # all that a report reads: it never goes to the rows
            "ix_approval_vote_at",
            *("workspace_id", "at", "user_id", "workflow_id", "group_name", "waited_s", "worked_s"),
        ),
        Index(
            "uq_approval_vote_standing",
            "request_id",
            "revision",
            "stage",
            "place_id",
            unique=True,
            sqlite_where=_STANDING,
            postgresql_where=_STANDING,
        ),
        Index("ix_approval_vote_voided", "request_id", "id", sqlite_where=_VOIDED, postgresql_where=_VOIDED),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("approval_assignment.id"))
    user_id: Mapped[UUID] = mapped_column(Uuid())
    """Who pressed the button."""
    place_id: Mapped[UUID] = mapped_column(Uuid())
    """Whose place in the rule it fills."""
    stage: Mapped[int] = mapped_column(Integer)
    revision: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(20))
    option: Mapped[str | None] = mapped_column(String(40))
    """The key of one of the request's own answers; None: one that every request has."""
    option_label: Mapped[str | None] = mapped_column(String(60))
    """The same in words."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was filled in with it."""
    items: Mapped[list[str] | None] = mapped_column(Json)
    """Keys of the items that this approves; None: it approves none, or the request has none."""
    payload_hash: Mapped[str] = mapped_column(String(64))
    """Of what was asked."""
    reason: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it no longer counts; None: it counts."""
    void_reason: Mapped[str | None] = mapped_column(String(20))
    waited_s: Mapped[int | None] = mapped_column(Integer)
    """Seconds from when its person could answer to this."""
    worked_s: Mapped[int | None] = mapped_column(Integer)
    """How many of them are working time by the request's calendar; None: it has none."""
    workflow_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The request's, here too so that reports read votes alone."""
    group_name: Mapped[str | None] = mapped_column(String(80))
    """The group through which its person was asked; None: through none."""


class Decision(Tenant, Model):
    """The end of a request. One row a request: that is the exactly-once rule."""

    __tablename__ = "approval_decision"
    __table_args__ = (UniqueConstraint("request_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    option: Mapped[str | None] = mapped_column(String(40))
    """The key of the answer that those who settled it agree on; None: one that every request has, or several."""
    option_label: Mapped[str | None] = mapped_column(String(60))
    """The same in words."""
    answer: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What whoever settled it filled in with it."""
    items: Mapped[list[str] | None] = mapped_column(Json)
    """Keys of the items that were approved; None: the request has none, or was not approved."""
    by_user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """None: the deadline."""
    by_name: Mapped[str] = mapped_column(String(120))
    by_email: Mapped[str | None] = mapped_column(String(254))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    reason: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(20))
    payload_hash: Mapped[str] = mapped_column(String(64))
    """What the decider saw."""


class Comment(Tenant, Model):
    """A remark. Never changes a state; asking for changes leaves one beside its decision."""

    __tablename__ = "approval_comment"
    __table_args__ = (Index("ix_approval_comment_request_id", "request_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    thread_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The thread that it stands in; None: in none."""
    author: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
