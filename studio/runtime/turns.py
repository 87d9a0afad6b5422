"""The port `contract.ports.Turns`: one row a stream and key, under its lock, so of two runs at once one is first.

What is kept says who goes on; a resolution that is written beside it only spares the other the rest of its wait.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from studio.contract.ports import Arrival
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.flow import rates
from studio.runtime.flow.gcra import Rate, next_slot
from studio.runtime.models import KvEntry, Resolution

KEPT = timedelta(days=30)
"""How long after its time somebody may still come back for a place that was kept for it."""


class RunTurns:
    """See contract.ports.Turns."""

    def slot(
        self, uow: UnitOfWork, stream: str, key: str, *, limit: int, per_s: float, burst: int, now: datetime, take: bool
    ) -> datetime:
        """One row a stream: the moment that the one behind it would come at, if they came evenly."""
        held = rates.hold(uow.session, uow.workspace, stream, key, now)
        slot = next_slot(Rate(limit, per_s, burst), held, now)
        if take or slot.at <= now:
            rates.keep(uow.session, uow.workspace, stream, key, slot.tat)
        return slot.at

    def arrive(
        self, uow: UnitOfWork, stream: str, key: str, run_id: UUID, wait_id: UUID, *, quiet_s: float, longest_s: float,
        now: datetime,
    ) -> tuple[datetime, Arrival | None]:  # fmt: skip
        """Those that come before the last one's time are one burst, which ends `longest_s` after it began."""
        place = _locked(uow, stream, key)
        before = _Place.read(place.value)
        first_at = before.first_at if before is not None and before.last.due_at > now else now
        due = min(now + timedelta(seconds=quiet_s), first_at + timedelta(seconds=longest_s))
        place.value = _Place(Arrival(run_id, wait_id, due), first_at).written()
        place.expires_at, place.updated_at = due + KEPT, uow.now
        uow.session.flush()
        return due, before.last if before is not None else None

    def leave(self, uow: UnitOfWork, stream: str, key: str, wait_id: UUID) -> bool:
        """Where another took its place meanwhile, that one has said in the resolution whether it still goes on."""
        place = _locked(uow, stream, key)
        held = _Place.read(place.value)
        if held is not None and held.last.wait_id == wait_id:
            place.value = {}
            uow.session.flush()
            return True
        said = uow.session.scalar(select(Resolution.payload).where(Resolution.wait_id == wait_id))
        return isinstance(said, dict) and said.get("goes_on") is True


@dataclass(frozen=True, slots=True)
class _Place:
    """The last of a burst, and when the burst began."""

    last: Arrival
    first_at: datetime

    @classmethod
    def read(cls, value: Any) -> "_Place | None":
        """None where nobody holds it."""
        if not value:
            return None
        at = datetime.fromisoformat
        last = Arrival(UUID(value["run_id"]), UUID(value["wait_id"]), at(value["due_at"]))
        return cls(last, at(value["first_at"]))

    def written(self) -> dict[str, str]:
        """As the row keeps it."""
        return {
            "run_id": str(self.last.run_id),
            "wait_id": str(self.last.wait_id),
            "due_at": self.last.due_at.isoformat(),
            "first_at": self.first_at.isoformat(),
        }


def _locked(uow: UnitOfWork, stream: str, key: str) -> KvEntry:
    """The row of a stream and key, made where there is none, locked until the transaction's end."""
    dialect: Any = sqlite if uow.session.get_bind().dialect.name == "sqlite" else postgresql
    named = {"workspace_id": uow.workspace, "table": stream, "key": key}
    begun = dialect.insert(KvEntry).values(**named, value={}, expires_at=None, updated_at=uow.now)
    found = select(KvEntry).filter_by(**named).with_for_update()
    place = None
    while place is None:  # a purge may take it away in between
        uow.session.execute(begun.on_conflict_do_nothing())
        place = uow.session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    return place
