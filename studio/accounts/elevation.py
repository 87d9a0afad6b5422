"""Elevated access as sessions know it. Who keeps it is joined at the start of every process."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from studio.accounts.outcomes import Role
from studio.core.actor import Elevation
from studio.core.unit_of_work import UnitOfWork

SIGNED_OUT, SESSION_ENDED, PASSWORD_CHANGED = "signed_out", "session_ended", "password_changed"
"""Why a session keeps its elevation no longer."""


@dataclass(frozen=True, slots=True)
class Elevated:
    """What a session was elevated to."""

    id: UUID
    role: Role
    permissions: frozenset[str]
    """Of that role, all or some."""
    whole: bool
    """All of them."""
    ends_at: datetime
    in_force: bool
    """False: it has ended, and nothing is allowed by it any more."""

    def acting(self) -> Elevation | None:
        """As units of work know it; None where it has ended."""
        return Elevation(self.id, self.ends_at, self.permissions) if self.in_force else None


Finds = Callable[[UnitOfWork, UUID, UUID, UUID], Elevated | None]
"""Elevation, session and person in, all by their ids. The unit sees the session's workspace."""
Ended = Callable[[UnitOfWork, UUID, UUID, str], None]
"""Hears that a session keeps its elevation no longer: elevation, its workspace, and why."""

_joined: list[tuple[Finds, Ended]] = []


def join(finds: Finds, ended: Ended) -> None:
    """Say who keeps elevations."""
    _joined[:] = [(finds, ended)]


def find(uow: UnitOfWork, elevation_id: UUID, session_id: UUID, user_id: UUID) -> Elevated | None:
    """The elevation of a session, as it stands now. None where it is not that session's and person's."""
    return _joined[0][0](uow, elevation_id, session_id, user_id) if _joined else None


def ended(uow: UnitOfWork, elevation_id: UUID, workspace_id: UUID, why: str) -> None:
    """Tell that a session keeps its elevation no longer."""
    for _finds, hears in _joined:
        hears(uow, elevation_id, workspace_id, why)
