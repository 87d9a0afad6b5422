"""Recovery codes: on paper, good once, shown once."""

from base64 import b32encode
from uuid import UUID

from sqlalchemy import delete, func, select, update

from studio.accounts.factor_models import RecoveryCode
from studio.core import rng
from studio.core.crypto import hash_token
from studio.core.unit_of_work import UnitOfWork

COUNT = 10
BYTES = 10
"""80 random bits a code: their hashes cannot be tried through."""


def issue(uow: UnitOfWork, user_id: UUID) -> list[str]:
    """New codes, as they are written down; those from before stop working."""
    withdraw(uow, user_id)
    codes = [_written(b32encode(rng.secret_bytes(BYTES)).decode().lower()) for _one in range(COUNT)]
    uow.session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(user_id, code)) for code in codes)
    return codes


def use(uow: UnitOfWork, user_id: UUID, code: str) -> bool:
    """Whether a code is good; of two that send the same one, one hears yes."""
    found = uow.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user_id,
            RecoveryCode.code_hash == _hash(user_id, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=uow.now)
        .returning(RecoveryCode.id)
    )
    return found.scalar() is not None


def left(uow: UnitOfWork, user_id: UUID) -> int:
    """How many still work."""
    counted = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return uow.session.scalar(counted) or 0


def withdraw(uow: UnitOfWork, user_id: UUID) -> None:
    """End all of them."""
    uow.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _written(letters: str) -> str:
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hash(user_id: UUID, code: str) -> str:
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hash_token(f"recovery|{user_id}|{plain}")
