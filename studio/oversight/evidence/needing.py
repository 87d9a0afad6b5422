"""Runs that a pack under way reads: they are kept until it is ready."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from studio.core.unit_of_work import UnitOfWork
from studio.oversight.evidence.outcomes import UNFINISHED
from studio.oversight.evidence.tables import EvidencePack


def of_runs(uow: UnitOfWork, run_ids: Sequence[UUID]) -> list[UUID]:
    """All of these while any pack is being made: which runs a period or an approval comes to is known at its end."""
    making = select(EvidencePack.id).where(EvidencePack.state.in_(UNFINISHED)).limit(1)
    return list(run_ids) if uow.session.scalar(making) is not None else []
