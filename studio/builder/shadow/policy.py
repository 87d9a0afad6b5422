"""When a shadow is over, and up to where it has seen everything. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from studio.builder.shadow.outcomes import Ended
from studio.core.ids import first_id_at

SETTLED = timedelta(minutes=1)
"""No event with an id so old can still be committed: ids are made before the commit, and not by one machine."""
PATIENCE = timedelta(minutes=15)
"""So long after it came the run of an event is awaited; then it counts as not ended."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A shadow after a look."""

    until: datetime
    most: int
    taken: int
    """Events that it has noted."""
    awaited: int
    """Those among them whose run still goes on."""
    all_read: bool
    """Nothing that was there was left for the next look."""
    same_version: bool
    archived: bool


def over(now: datetime, one: Standing) -> Ended | None:
    """Why it ends now; None: it goes on. What ends by itself first waits for the runs that it has noted."""
    if one.archived:
        return Ended.ARCHIVED
    if not one.same_version:
        return Ended.PUBLISHED
    if one.awaited:
        return None
    if one.taken >= one.most:
        return Ended.BOUND
    return Ended.TIME if one.all_read and now >= one.until + SETTLED else None


def cursor(now: datetime, before: UUID, last: UUID | None) -> UUID:
    """Up to where nothing new can come any more. `last`: the last one read, where more were there than were read."""
    settled = first_id_at(now - SETTLED)
    return max(before, settled if last is None else min(settled, last))
