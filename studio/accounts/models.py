"""Tables of workspaces, people, their seats, sessions, tokens and secrets."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Time,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Uuid

from studio.accounts import factor_models, federation_models  # noqa: F401 - whoever loads this module has all tables of accounts
from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import OwnedByUser, Tenant

_WORKSPACE = "workspace.id"
_USER = "app_user.id"


class Workspace(Model):
    """One merchant: everything else of a tenant hangs on it."""

    __tablename__ = "workspace"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(120))
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    """Short form of the name for file names and commands; never changes."""
    currency: Mapped[str] = mapped_column(String(3))
    """ISO 4217, such as EUR."""
    time_zone: Mapped[str] = mapped_column(String(64))
    """IANA name, such as Europe/Berlin: what schedules and reports mean by a day."""
    locale: Mapped[str] = mapped_column(String(16), default="en")
    retention_days: Mapped[int] = mapped_column(Integer(), default=90)
    """Ended runs and their payloads are kept this many days."""
    approver_seats: Mapped[int] = mapped_column(Integer(), default=50, server_default="50")
    """How many people may have an approver seat at a time."""
    logo_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The stored file that is shown beside the name; None: its first letter is."""
    sign_in_name: Mapped[str | None] = mapped_column(String(60))
    """What its own sign-in provider is called, for whoever is not signed in yet; None: it has none."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class User(Model):
    """A person. Belongs to no workspace; seats say where the person may do what."""

    __tablename__ = "app_user"  # `user` is a reserved word of PostgreSQL

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None until an invited person has chosen a password."""
    time_zone: Mapped[str | None] = mapped_column(String(64))
    """None: the workspace's."""
    locale: Mapped[str | None] = mapped_column(String(16))
    """None: the workspace's."""
    theme: Mapped[str] = mapped_column(String(10), default="system")
    quiet_from: Mapped[time | None] = mapped_column(Time())
    """No mail about approvals from then on, by the person's own clock; None: no quiet hours."""
    quiet_until: Mapped[time | None] = mapped_column(Time())
    digest_at: Mapped[time | None] = mapped_column(Time())
    """One mail a day about approvals, then; None: one for each."""
    completion_mails: Mapped[bool] = mapped_column(Boolean(), default=True, server_default=true())
    """Whether to be mailed when others have decided."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: may sign in."""


class Seat(OwnedByUser, Model):
    """What a person may do in one workspace."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id"),
        Index("ix_seat_user_id", "user_id"),
        Index("ix_seat_external_id", "workspace_id", "external_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    role: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: the seat is taken and works."""
    by_provider_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its person first came in by the workspace's sign-in provider; None: never."""
    only_by_provider: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())
    """Whether no password leads here: the workspace wants it so."""
    external_id: Mapped[str | None] = mapped_column(String(255))
    """What the company's directory calls it; None: it does not know it."""
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the directory deleted it; of no meaning once the seat was given back."""

    user: Mapped[User] = relationship(lazy="raise", viewonly=True)
    workspace: Mapped[Workspace] = relationship(lazy="raise", viewonly=True)


class UserSession(Model):
    """One browser in which a person is signed in. The browser holds the token, we hold its hash."""

    __tablename__ = "user_session"
    __table_args__ = (Index("ix_user_session_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hex."""
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    workspace_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    """The workspace the person has chosen; None before the choice."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """Last request, to the minute."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """However busy, the session ends then."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Signed out, replaced at a new sign-in, or ended by a password change."""
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    elevation_id: Mapped[UUID | None] = mapped_column(Uuid())
    """The elevation that was started in it last; it is looked up only where there is one. None: none."""
    by_provider: Mapped[bool] = mapped_column(Boolean(), default=False, server_default=false())
    """Opened by a workspace's sign-in provider: it leads into that workspace and no other."""


class PasswordReset(Model):
    """A link to choose a password: after "forgot", and with an invitation."""

    __tablename__ = "password_reset"
    __table_args__ = (Index("ix_password_reset_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hex."""
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Used, or overtaken by a newer link or a changed password."""


class AttemptCounter(Model):
    """Failures against one account (known or not), so that guessing slows down."""

    __tablename__ = "attempt_counter"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of what is counted, such as address and IP: unknown addresses leave no trace."""
    failures: Mapped[int] = mapped_column(Integer())
    since: Mapped[datetime] = mapped_column(UtcDateTime())
    """First failure of the current window."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: not locked."""


class ApiToken(Tenant, Model):
    """A token of the REST API; it never can more than its person's seat."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE), index=True)
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    name: Mapped[str] = mapped_column(String(120))
    prefix: Mapped[str] = mapped_column(String(12))
    """First letters of the secret part, by which people tell tokens apart."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hex, of the whole token."""
    scopes: Mapped[list[str]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: until revoked."""
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    user: Mapped[User] = relationship(lazy="raise", viewonly=True)


class Secret(Tenant, Model):
    """A credential that steps use by name. Write-only: no page and no API ever shows it."""

    __tablename__ = "secret"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    name: Mapped[str] = mapped_column(String(80))
    ciphertext: Mapped[bytes] = mapped_column(
        LargeBinary(), info=sealed("{workspace_id}|secret|{id}", version="key_version")
    )
    """Sealed by the keyring for this workspace and this row alone."""
    key_version: Mapped[int] = mapped_column(Integer())
    """Version of the master key it was sealed under."""
    hosts: Mapped[list[str]] = mapped_column(Json)
    """Hosts it may be sent to, `*.example.com` for all below; empty: it never leaves this process."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey(_USER))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_by: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey(_USER))
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """To the minute; None: never."""
