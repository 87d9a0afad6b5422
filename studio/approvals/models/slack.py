"""Slack: where approvals are posted, whose account is whose, and which message tells of which request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant

_VERIFIED = text("verified_at is not null")


class SlackChannel(Tenant, Model):
    """Where a workspace posts its approvals. One a workspace."""

    __tablename__ = "approval_slack_channel"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    mode: Mapped[str] = mapped_column(String(10))
    """`bot` posts by a token, `webhook` by an address that is one."""
    channel: Mapped[str] = mapped_column(String(80))
    """Id or name of the channel; empty with a webhook, which has its own."""
    host: Mapped[str] = mapped_column(String(255))
    """Where messages go, as people may see it; the rest of a webhook's address is a secret."""
    target_sealed: Mapped[bytes] = mapped_column(LargeBinary(), info=sealed("{workspace_id}|slack|{id}|target"))
    """The token, or the webhook's address."""
    signing_sealed: Mapped[bytes] = mapped_column(LargeBinary(), info=sealed("{workspace_id}|slack|{id}|signing"))
    """What presses of buttons are signed with."""
    team_id: Mapped[str | None] = mapped_column(String(40))
    """The Slack workspace that presses come from; None: not known yet."""
    every: Mapped[bool] = mapped_column(Boolean())
    """Whether every approval is posted whose step does not say otherwise."""
    last_error: Mapped[str | None] = mapped_column(Text())
    """Why the last message did not get there; None: it did."""
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when none gets there."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class SlackMessage(Tenant, Model):
    """The message about one request."""

    __tablename__ = "approval_slack_message"
    __table_args__ = (UniqueConstraint("request_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    request_id: Mapped[UUID] = mapped_column(ForeignKey("approval_request.id"))
    claim: Mapped[str] = mapped_column(String(200))
    """Key of the job that posts it: another one leaves it alone."""
    channel: Mapped[str | None] = mapped_column(String(40))
    """As Slack names the channel; None: not posted yet, or by a webhook."""
    ts: Mapped[str | None] = mapped_column(String(40))
    """Slack's name of the message; None: not posted yet, or by a webhook, which tells none."""
    rendered: Mapped[str | None] = mapped_column(String(64))
    """SHA-256 of what it shows; None: not posted yet."""
    lost: Mapped[bool] = mapped_column(Boolean())
    """Somebody deleted it in Slack: it is left alone."""
    posted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class SlackMember(Tenant, Model):
    """A person's Slack account. Until it is verified it may do nothing."""

    __tablename__ = "approval_slack_member"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id"),
        Index(
            "uq_approval_slack_member_verified",
            "workspace_id",
            "member_id",
            unique=True,
            sqlite_where=_VERIFIED,
            postgresql_where=_VERIFIED,
        ),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid())
    member_id: Mapped[str] = mapped_column(String(30))
    team_id: Mapped[str | None] = mapped_column(String(40))
    """The Slack workspace in which it was verified."""
    code_hash: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    wrong_codes: Mapped[int] = mapped_column(Integer())
    problem: Mapped[str | None] = mapped_column(Text())
    """Why the code did not get there, in words; None: it did, or is under way."""
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
