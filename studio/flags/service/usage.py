"""How often programs have asked for a flag lately, and what they were told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag, FlagUsage

LATELY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Asked:
    """Within one environment."""

    total: int
    on: int

    @property
    def share(self) -> float:
        """In per cent, to one decimal."""
        return round(100 * self.on / self.total, 1) if self.total else 0.0


def lately(uow: UnitOfWork, row: Flag) -> Mapping[UUID, Asked]:
    """Answers of the last 24 hours by the environment's id; one that is not there was not asked for."""
    query = (
        select(FlagUsage.environment_id, func.sum(FlagUsage.yes), func.sum(FlagUsage.no))
        .where(FlagUsage.flag_id == row.id, FlagUsage.hour > uow.now - LATELY)
        .group_by(FlagUsage.environment_id)
    )
    return {place: Asked(int(yes) + int(no), int(yes)) for place, yes, no in uow.session.execute(query)}
