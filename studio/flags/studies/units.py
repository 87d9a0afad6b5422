"""Units by their keyed hash: the same person by the same 16 bytes, and nobody to be read out of them."""

from collections.abc import Iterable
from hashlib import blake2b

from sqlalchemy import select

from studio.core import rng
from studio.core.inserting import insert_all
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import FlagEnvironment, FlagUnitKey

LENGTH = 200
"""Characters of what programs name a unit by."""


def hashes(uow: UnitOfWork, place: FlagEnvironment, names: Iterable[str]) -> dict[str, bytes]:
    """Of each name, within one environment."""
    salt = _salt(uow, place)
    return {name: blake2b(name.encode(), key=salt, digest_size=16).digest() for name in names}


def _salt(uow: UnitOfWork, place: FlagEnvironment) -> bytes:
    query = select(FlagUnitKey.salt).where(FlagUnitKey.environment_id == place.id)
    found = uow.session.scalar(query)
    if found is None:
        row = {"environment_id": place.id, "workspace_id": uow.workspace, "salt": rng.secret_bytes()}
        insert_all(uow.session, FlagUnitKey, [row], unless_there=True)
        found = uow.session.scalars(query).one()
    return found
