"""The audit trail's tables: append-only events, what they were about, what they say of people, each chain's head."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Model, UtcDateTime
from studio.core.run_parts import outlives_run
from studio.core.sealed import sealed
from studio.core.tenancy import Tenant


class AuditEvent(Tenant, Model):
    """One event. `body` is the record; the columns beside it repeat parts of it for look-ups."""

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("workspace_id", "seq"),
        Index("ix_audit_event_action", "workspace_id", "action", "seq"),
        Index("ix_audit_event_actor_id", "workspace_id", "actor_id", "seq"),
        Index("ix_audit_event_run_id", "workspace_id", "run_id", "seq"),
        Index("ix_audit_event_occurred_at", "workspace_id", "occurred_at", "seq"),
    )

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    """From 1, without gaps, a workspace."""
    action: Mapped[str] = mapped_column(String(80))
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime())
    actor_id: Mapped[str] = mapped_column(String(500))
    run_id: Mapped[str | None] = mapped_column(String(80), info=outlives_run("the trail is kept for ever"))
    search: Mapped[str] = mapped_column(Text)
    """Names and texts of the event in lower case, but for what is said of people."""
    body: Mapped[str] = mapped_column(Text)
    """The event without its hash, in canonical JSON: byte for byte what was hashed."""
    hash: Mapped[str] = mapped_column(String(64))


class AuditTarget(Tenant, Model):
    """What an event was about, for look-ups by target."""

    __tablename__ = "audit_target"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    type: Mapped[str] = mapped_column(String(60), primary_key=True)
    target_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, index=True)


class AuditPersonal(Tenant, Model):
    """What an event says of people. The record holds a salted reference to it, so that it can be erased."""

    __tablename__ = "audit_personal"
    __table_args__ = (Index("ix_audit_personal_subject", "workspace_id", "subject"),)

    event_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    path: Mapped[str] = mapped_column(String(120), primary_key=True)
    """Where it belongs in the event."""
    subject: Mapped[str] = mapped_column(String(300))
    """Whose it is or what it is about, such as `user:<id>`."""
    salt: Mapped[bytes] = mapped_column(LargeBinary())
    """Without it the reference in the record tells nothing."""
    value: Mapped[str] = mapped_column(Text)
    """In canonical JSON."""
    search: Mapped[str] = mapped_column(Text)
    """Its text in lower case."""


class AuditHead(Tenant, Model):
    """The end of a workspace's chain: locked by whoever appends."""

    __tablename__ = "audit_head"

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class AuditSegment(Tenant, Model):
    """A closed part of a chain with its signed manifest. Append-only, as the events are."""

    __tablename__ = "audit_segment"
    __table_args__ = (UniqueConstraint("workspace_id", "last_seq"),)

    workspace_id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    """From 1, without gaps, a workspace."""
    first_seq: Mapped[int] = mapped_column(BigInteger)
    last_seq: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    manifest: Mapped[str] = mapped_column(Text)
    """Canonical JSON: byte for byte what was signed."""
    signature: Mapped[str] = mapped_column(String(128))
    """Ed25519, in hex."""
    leaves: Mapped[bytes] = mapped_column(LargeBinary())
    """The hashes under the Merkle root, 32 bytes an event: they tell which event it is that does not fit."""


class AuditSigningKey(Model):
    """A key that signs manifests, the installation's; the newest one signs. Append-only."""

    __tablename__ = "audit_signing_key"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(64))
    """In hex."""
    private: Mapped[bytes] = mapped_column(LargeBinary(), info=sealed("audit_signing_key|{number}"))
    """Sealed under the installation's master key: whoever has the database alone cannot sign."""
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    endorsement: Mapped[str] = mapped_column(String(128))
    """The signature of the key before, in hex; the first signs for itself."""
