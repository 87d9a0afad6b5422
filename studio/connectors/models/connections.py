"""A connection, its parts, its credentials, and who is on the way to signing in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.connectors.outcomes import Status
from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.run_parts import outlives_run
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant


class Connection(Tenant, Model):
    """One account at another system. Signing in again keeps the row: steps, cursors and hooks hang on it."""

    __tablename__ = "connection"
    __table_args__ = (
        UniqueConstraint("workspace_id", "handle"),
        Index("ix_connection_status", "workspace_id", "status"),
        Index("ix_connection_refresh_due_at", "refresh_due_at"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    handle: Mapped[str] = mapped_column(String(60))
    """What steps name it by; never changes."""
    title: Mapped[str] = mapped_column(String(120))
    connector: Mapped[str] = mapped_column(String(60))
    """Key of its definition."""
    auth: Mapped[str] = mapped_column(String(40))
    """Which of the definition's ways to sign in."""
    environment: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(20))
    health: Mapped[str] = mapped_column(String(12))
    degraded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Since when it is degraded; None: it is not."""
    error_code: Mapped[str | None] = mapped_column(String(80))
    error: Mapped[str | None] = mapped_column(Text())
    """Why it is degraded or has to be signed in again, in words. Never holds what the provider was sent."""
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    """What is no secret, by the definition's fields."""
    account_id: Mapped[str | None] = mapped_column(String(200))
    """The provider's own id of the account; None: it names none, or nobody has signed in yet."""
    account_name: Mapped[str | None] = mapped_column(String(200))
    granted: Mapped[list[str]] = mapped_column(Json)
    """Scopes that the provider gave."""
    strikes: Mapped[int] = mapped_column(Integer())
    """Days on which it could not be reached, in a row."""
    struck_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    connected_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When somebody last signed in; None: never."""
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When the provider last took its credentials."""
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its access token ends; None: not known, or never."""
    refresh_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When Studio looks at it next by itself: to refresh its token, or to see whether it is alive."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by: Mapped[UUID | None] = mapped_column(Uuid())
    """Who is told when it breaks."""
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    disconnected_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @property
    def state(self) -> Status:
        """Its status as the enum."""
        return Status(self.status)


class ConnectionScope(Tenant, Model):
    """A channel, store or warehouse of an account."""

    __tablename__ = "connection_scope"
    __table_args__ = (UniqueConstraint("connection_id", "kind", "external_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    kind: Mapped[str] = mapped_column(String(12))
    external_id: Mapped[str] = mapped_column(String(200))
    """The provider's id."""
    name: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict[str, Any]] = mapped_column(Json)
    """What calls need to reach it, such as a channel's token that is no secret."""
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """The provider no longer lists it; steps that name it say so."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConnectionCredential(Tenant, Model):
    """What a connection signs in with. One row a connection; its lock is what makes a refresh happen once."""

    __tablename__ = "connection_credential"

    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(
        LargeBinary(), info=sealed("{workspace_id}|connection|{connection_id}|{version}", version="key_version")
    )
    """JSON of the fields by name. Moved to another connection, or out of an older version, it does not open."""
    key_version: Mapped[int] = mapped_column(Integer())
    version: Mapped[int] = mapped_column(Integer())
    """Grows with each new token: whoever finds it moved has lost the race for a refresh, and reads again."""
    hosts: Mapped[list[str]] = mapped_column(Json)
    """Where it may be sent, as `host` or `host:port`."""
    held_by: Mapped[str | None] = mapped_column(String(80))
    """Who is refreshing it where rows cannot be locked over a call."""
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConnectSession(Tenant, Model):
    """Somebody on the way to the provider and back, or a link that lets an outsider go there once."""

    __tablename__ = "connect_session"
    __table_args__ = (Index("ix_connect_session_connection_id", "connection_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the link that an outsider got; None: one's own page."""
    state_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Of the `state` that the provider gives back; None: nobody was sent there yet."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary(), info=sealed("{workspace_id}|connect_session|{id}"))
    """What the way back needs: the PKCE verifier, a nonce."""
    user_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Whose page it is; with a link, who made it."""
    browser_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the browser's session that was sent to the provider: a callback that comes from another is refused."""
    other_account: Mapped[bool] = mapped_column()
    """Whoever made it said that it may be another account than before."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set once: it works no second time."""


class ConnectionWaiter(Tenant, Model):
    """A run that has met a connection which cannot be used now. Gone with its wait."""

    __tablename__ = "connection_waiter"
    __table_args__ = (Index("ix_connection_waiter_connection_id", "connection_id", "wait_id"),)

    wait_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    run_id: Mapped[UUID] = mapped_column(Uuid(), info=outlives_run("gone since the wait ended"))
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ConnectionCall(Tenant, Model):
    """One request that went out: the connection's log. Bodies and headers are not kept."""

    __tablename__ = "connection_call"
    __table_args__ = (Index("ix_connection_call_newest", "connection_id", "id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    connection_id: Mapped[UUID] = mapped_column(ForeignKey("connection.id"))
    purpose: Mapped[str] = mapped_column(String(80))
    """What it was for: an action's key, `probe`, `refresh`, `sync:orders`."""
    method: Mapped[str] = mapped_column(String(10))
    address: Mapped[str] = mapped_column(String(400))
    """Without the query, which may hold what is private."""
    status: Mapped[int | None] = mapped_column(Integer())
    """None: no answer."""
    code: Mapped[str | None] = mapped_column(String(80))
    """Of what went wrong; None: nothing."""
    took_ms: Mapped[int] = mapped_column(Integer())
    run_id: Mapped[UUID | None] = mapped_column(Uuid(), info=outlives_run("the newest calls of a connection are kept"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
