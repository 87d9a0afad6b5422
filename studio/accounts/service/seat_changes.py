"""Who hears, in the same transaction, that somebody may do less or more in a workspace than before."""

from collections.abc import Callable
from uuid import UUID

from studio.core.unit_of_work import UnitOfWork

Hears = Callable[[UnitOfWork, UUID], None]
"""Told the person's id."""

_listening: dict[str, Hears] = {}


def listen(name: str, hears: Hears) -> None:
    """Hear every change from now on. A second one of the same name replaces the first."""
    _listening[name] = hears


def tell(uow: UnitOfWork, user_id: UUID) -> None:
    """A seat was taken away, given back, or is another one now; or its person was locked out, or let in again."""
    for hears in _listening.values():
        hears(uow, user_id)
