"""What keeps an ended run although its time is over. Packages that need runs say so here; `joining` knows them all."""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import Run
from studio.runtime.outcomes import ENDED

Holder = Callable[[UnitOfWork, Sequence[UUID]], Iterable[UUID]]
"""Those of these runs that it needs."""
_holders: dict[str, Holder] = {}


def hold(name: str, holder: Holder) -> None:
    """Ask this one too, from now on. The same name again takes the place of the first."""
    _holders[name] = holder


def held(uow: UnitOfWork, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these runs that anybody needs. A fixed number of statements."""
    if not ids:
        return set()
    return {run_id for holder in (_family, *_holders.values()) for run_id in holder(uow, ids)}


def _family(uow: UnitOfWork, ids: Sequence[UUID]) -> Iterable[UUID]:
    """Runs that called, or are run again by, one that has not ended: it may need what they have stored."""
    going = Run.state.not_in(ENDED)
    for link in (Run.parent_run_id, Run.rerun_of):
        yield from (found for found in uow.session.scalars(select(link).where(link.in_(ids), going)) if found)
