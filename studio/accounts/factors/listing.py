"""What a person has set up, for pages. Apart from `passkeys`, which loads what only ceremonies need."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import select, union

from studio.accounts.factor_models import Passkey, TotpSecret
from studio.core.unit_of_work import UnitOfWork


def passkeys(uow: UnitOfWork, user_id: UUID) -> Sequence[Passkey]:
    """A person's passkeys, oldest first."""
    return uow.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def with_second(uow: UnitOfWork, user_ids: Collection[UUID]) -> set[UUID]:
    """Who of some people has a passkey or an authenticator app that works."""
    keys = select(Passkey.user_id).where(Passkey.user_id.in_(user_ids))
    apps = select(TotpSecret.user_id).where(TotpSecret.user_id.in_(user_ids), TotpSecret.confirmed_at.is_not(None))
    return set(uow.session.scalars(union(keys, apps)))
