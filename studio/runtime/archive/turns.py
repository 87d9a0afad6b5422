"""Work at archives is done in turns, a place at a time: two at one workspace's files would be in each other's way."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from studio.contract.ports import Leases
from studio.core.unit_of_work import Database
from studio.runtime.archive.outcomes import ArchiveTrouble
from studio.runtime.archive.places import Reach

LEASE_S = 300.0
"""Longer than a file takes to be written, by far."""
LOOKED_AT = 20
"""Places that are looked at for one that nobody is at: others' work, and the leases of who died at it, are fewer."""


@dataclass(slots=True)
class Turns(ABC):
    """Goes on with what is due, place by place. Any thread, any process."""

    database: Database
    reach: Reach
    leases: Leases
    more: Callable[[], None] = lambda: None
    """Called where a turn ended before all that is due was done."""

    def is_due(self) -> bool:
        """Whether drain() would find anything."""
        return bool(self._due(1))

    def drain(self) -> int:
        """Give the place that waits longest a turn, of those that nobody is at. How many had one."""
        for workspace_id, place_id in self._due(LOOKED_AT):
            lease = f"archive|{workspace_id.hex}"
            if self.leases.take(lease, LEASE_S):
                self._with(lease, workspace_id, place_id)
                return 1
        return 0

    def _with(self, lease: str, workspace_id: UUID, place_id: UUID) -> None:
        try:
            self._turn(workspace_id, place_id, lease)
        except ArchiveTrouble as trouble:
            self._troubled(workspace_id, place_id, trouble)
        finally:
            self.leases.give_back(lease)

    @abstractmethod
    def _due(self, most: int) -> Sequence[tuple[UUID, UUID]]:
        """Workspaces and places that something is due of, those first that have waited longest."""

    @abstractmethod
    def _turn(self, workspace_id: UUID, place_id: UUID, lease: str) -> None:
        """Go on for a while. Raises ArchiveTrouble."""

    @abstractmethod
    def _troubled(self, workspace_id: UUID, place_id: UUID, trouble: ArchiveTrouble) -> None:
        """Say why it did not go, and when it is tried again."""
