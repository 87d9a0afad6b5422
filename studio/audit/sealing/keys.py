"""The installation's signing keys in the database, sealed under its master key."""

from collections.abc import Sequence

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from studio.audit.envelope import stamp
from studio.audit.models import AuditSigningKey
from studio.audit.sealing.manifest import Signed
from studio.audit.sealing.signing import PublicKey, public_of, sign
from studio.core import rng
from studio.core.crypto import CryptoError, Keyring
from studio.core.sealed import context_of
from studio.core.unit_of_work import UnitOfWork


class Signer:
    """Signs with the newest key."""

    def __init__(self, key: PublicKey, private: bytes) -> None:
        self._private, self.key_id = private, key.key_id

    def sign(self, text: str) -> Signed:
        """A document with its signature."""
        return Signed(text, sign(self._private, text.encode()))


def public_keys(uow: UnitOfWork) -> list[PublicKey]:
    """Every key there has been, oldest first."""
    return [_public(row) for row in _rows(uow)]


def signer(uow: UnitOfWork, keyring: Keyring) -> Signer:
    """Who signs now. The first key is made where there is none."""
    rows = _rows(uow)
    if not rows:
        _make(uow, keyring, None)  # another process may have been first: then its key counts
        rows = _rows(uow)
    newest = rows[-1]
    return Signer(_public(newest), _private(newest, keyring))


def rotate(uow: UnitOfWork, keyring: Keyring) -> PublicKey:
    """Make a newer key, endorsed by the one before; all later seals are its. Manifests so far stay as they are."""
    rows = _rows(uow)
    _make(uow, keyring, rows[-1] if rows else None)
    return public_keys(uow)[-1]


def ours(uow: UnitOfWork, keyring: Keyring) -> str | None:
    """Whether each key was made by somebody who holds the master key. What is wrong, in words, else None."""
    for row in _rows(uow):
        try:
            fits = public_of(_private(row, keyring)) == row.public
        except (CryptoError, ValueError):
            fits = False
        if not fits:
            return f"signing key {row.number} was not made by this installation"
    return None


def _make(uow: UnitOfWork, keyring: Keyring, before: AuditSigningKey | None) -> None:
    private, number = rng.secret_bytes(), before.number + 1 if before else 1
    key = PublicKey(number, public_of(private), stamp(uow.now), "")
    endorsement = sign(_private(before, keyring) if before else private, key.endorsed_text())
    values = {
        "number": number,
        "public": key.public,
        "private": keyring.seal(private, context=context_of(AuditSigningKey(number=number), "private")),
        "made_at": uow.now,
        "endorsement": endorsement,
    }
    dialect = postgresql if uow.session.get_bind().dialect.name == "postgresql" else sqlite
    first = dialect.insert(AuditSigningKey).values(values).on_conflict_do_nothing()
    uow.session.execute(insert(AuditSigningKey).values(values) if before else first)


def _rows(uow: UnitOfWork) -> Sequence[AuditSigningKey]:
    return uow.session.scalars(select(AuditSigningKey).order_by(AuditSigningKey.number)).all()


def _public(row: AuditSigningKey) -> PublicKey:
    return PublicKey(row.number, row.public, stamp(row.made_at), row.endorsement)


def _private(row: AuditSigningKey, keyring: Keyring) -> bytes:
    return keyring.unseal(row.private, context=context_of(row, "private"))
