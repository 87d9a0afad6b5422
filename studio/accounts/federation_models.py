"""Tables of signing in by a workspace's own provider (OpenID Connect)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant

_WORKSPACE = "workspace.id"
_USER = "app_user.id"


class SignInProvider(Tenant, Model):
    """Who says, for one workspace, who somebody is. It speaks for that workspace alone."""

    __tablename__ = "sign_in_provider"
    __table_args__ = (UniqueConstraint("workspace_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    name: Mapped[str] = mapped_column(String(60))
    """What the button says: “Continue with …”."""
    issuer: Mapped[str] = mapped_column(String(500))
    """As its tokens write it, compared letter by letter."""
    client_id: Mapped[str] = mapped_column(String(200))
    ciphertext: Mapped[bytes | None] = mapped_column(
        LargeBinary(), info=sealed("{workspace_id}|sign_in_provider|{id}", version="key_version")
    )
    """The client's secret; None: a public client, which PKCE alone protects."""
    key_version: Mapped[int | None] = mapped_column(Integer())
    domains: Mapped[list[str]] = mapped_column(Json)
    """Mail domains whose people may come in, lower case; empty: any."""
    claim: Mapped[str] = mapped_column(String(200))
    """The claim that says which role somebody has, such as `groups`."""
    mapping: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """`value` and `role`, in order: the first that fits counts."""
    default_role: Mapped[str | None] = mapped_column(String(20))
    """Where no row of the mapping fits; None: no seat."""
    passwords: Mapped[bool] = mapped_column(Boolean())
    """Whether whoever comes by it may sign in by a password as well. Owners always may."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_by: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey(_USER))


class SignInIdentity(Tenant, Model):
    """Whom a provider's subject is, in one workspace. Made once, when the person has come in by it."""

    __tablename__ = "sign_in_identity"
    __table_args__ = (
        UniqueConstraint("workspace_id", "issuer", "subject"),
        UniqueConstraint("workspace_id", "user_id", "issuer", name="uq_sign_in_identity_person"),
        Index("ix_sign_in_identity_user_id", "user_id"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    """The provider's own id of the person, which no other person ever gets."""
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_at: Mapped[datetime] = mapped_column(UtcDateTime())
    """When they last came in by it."""


class SignInAttempt(Tenant, Model):
    """One browser's way to the provider and back. Its state is good once."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_ends_at", "workspace_id", "ends_at"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_WORKSPACE))
    purpose: Mapped[str] = mapped_column(String(20))
    """`sign_in`, `prove` or `link`: see Purpose."""
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hex."""
    browser_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256, hex, of the secret that only the browser that began it holds."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary(), info=sealed("{workspace_id}|sign_in_attempt|{id}"))
    """What the way back needs (verifier, nonce, where to go on); None once it is used up."""
    user_id: Mapped[UUID | None] = mapped_column(Uuid(), ForeignKey(_USER))
    """Who proves who they are, or whose account waits to be linked; None: not known yet."""
    session_id: Mapped[UUID | None] = mapped_column(Uuid())
    """Whose proof it is."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: nobody has come back by it."""
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """The provider has just asked the person; good for one proof, after which it is None again."""
