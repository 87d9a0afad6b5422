"""What a person has set up, for pages. Apart from `passkeys`, which loads what only ceremonies need."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.accounts.factor_models import Passkey
from studio.core.unit_of_work import UnitOfWork


def passkeys(uow: UnitOfWork, user_id: UUID) -> Sequence[Passkey]:
    """A person's passkeys, oldest first."""
    return uow.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()
