"""Links of mails, the codes behind them, and the browsers that have shown one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.tenancy import Tenant


class Link(Tenant, Model):
    """An e-mail link: it finds an assignment and proves nothing about who follows it."""

    __tablename__ = "approval_link"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("approval_assignment.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    dead_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set on reassign, decision and withdrawal."""
    codes_sent: Mapped[int] = mapped_column(Integer, default=0)
    wrong_codes: Mapped[int] = mapped_column(Integer, default=0)
    """Over all codes of this link, so that asking for a new one gives no new guesses."""


class LinkCode(Tenant, Model):
    """A six-digit code, mailed to the person whom the link names, good in one browser."""

    __tablename__ = "approval_link_code"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    link_id: Mapped[UUID] = mapped_column(ForeignKey("approval_link.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    """Over link, browser and code: the digits of a dump cannot be tried without the cookie."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class MailboxSession(Tenant, Model):
    """A browser whose user reads a person's mail. Low assurance: good for decisions, nothing else."""

    __tablename__ = "approval_mailbox_session"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid())
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: until it expires."""
