"""Tables of what proves who somebody is, beside the password: passkeys, one-time codes, recovery codes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Uuid

from studio.core.db import Json, Model, UtcDateTime
from studio.core.ids import new_id
from studio.core.sealed import sealed

_USER = "app_user.id"


class Passkey(Model):
    """One WebAuthn credential of a person. Holds nothing secret: the private key never leaves its device."""

    __tablename__ = "user_passkey"
    __table_args__ = (Index("ix_user_passkey_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    name: Mapped[str] = mapped_column(String(80))
    """As its person calls it."""
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary())
    """COSE."""
    sign_count: Mapped[int] = mapped_column(BigInteger())
    """What the device counted last; a lower one means a copied key. 0: it does not count."""
    transports: Mapped[list[str]] = mapped_column(Json)
    """How a browser may reach it, such as `internal` or `usb`."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class PasskeyRegistration(Model):
    """A challenge that a new passkey answers, in the session that asked for it, once."""

    __tablename__ = "user_passkey_registration"
    __table_args__ = (Index("ix_user_passkey_registration_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    session_id: Mapped[UUID] = mapped_column(Uuid())
    challenge: Mapped[bytes] = mapped_column(LargeBinary())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class TotpSecret(Model):
    """The secret that a person's authenticator app shares with Studio (RFC 6238)."""

    __tablename__ = "user_totp"

    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER), primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary(), info=sealed("user|{user_id}|totp"))
    """Sealed by the keyring for this person."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None: no code of it has been typed yet, so it proves nothing."""
    last_step: Mapped[int] = mapped_column(BigInteger(), default=0)
    """The newest period of 30 s whose code was taken: no code is good twice."""


class RecoveryCode(Model):
    """A code on paper, good once, for whoever has lost the rest."""

    __tablename__ = "user_recovery_code"
    __table_args__ = (Index("ix_user_recovery_code_user_id", "user_id"),)

    id: Mapped[UUID] = mapped_column(Uuid(), primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey(_USER))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256, hex, over the person and the code of 80 random bits."""
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
