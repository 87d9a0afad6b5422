"""The part of flags when somebody leaves. Implements `contract.leaving.Part`."""

from collections.abc import Mapping

from sqlalchemy import select, update

from studio.contract.leaving import NAMES, Fate, Holding, Leave
from studio.core.unit_of_work import UnitOfWork
from studio.flags.models import Flag

_SAID = "who made or changed it stays said"


class FlagsPart:
    """Who answers for a flag."""

    name = "flags"
    columns: Mapping[str, str] = {
        "flag.owner_id": "the heir's, or nobody's",
        "flag.created_by": _SAID,
        "flag_version.user_id": _SAID,
        "flag_segment_version.user_id": _SAID,
        "flag_client_key.created_by": "keys are the workspace's programs'",
    }

    def look(self, uow: UnitOfWork, leave: Leave) -> list[Holding]:
        """Flags that they answer for."""
        query = select(Flag.key).where(Flag.owner_id == leave.who.id).order_by(Flag.key)
        keys = uow.session.scalars(query).all()
        becomes = Fate.HANDED if leave.to is not None else Fate.ENDED
        return [Holding("flags", len(keys), becomes, tuple(keys[:NAMES]))] if keys else []

    def carry_out(self, uow: UnitOfWork, leave: Leave) -> None:
        """Give them to the heir."""
        mine = update(Flag).where(Flag.owner_id == leave.who.id)
        uow.session.execute(mine.values(owner_id=leave.to.id if leave.to is not None else None))
