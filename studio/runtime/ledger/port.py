"""The storage that the engine needs, the same promise on both databases."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from studio.runtime.ledger.rows import Accepted, Admission, Recorded, RunRow, StepRow, Waiting

if TYPE_CHECKING:
    from studio.core.direct import Direct  # brings PostgreSQL's driver, which a Studio on SQLite need not load

Hands: TypeAlias = "Session | Direct"
"""How a call reaches PostgreSQL: a unit's session, or the direct way for single statements."""
Way_contra = TypeVar("Way_contra", contravariant=True)


class Flush:
    """What one run has to write at a boundary."""

    __slots__ = ("delay_s", "run", "steps", "waits")

    def __init__(self, run: RunRow, steps: list[StepRow], waits: list[Waiting], delay_s: float = 0.0) -> None:
        """`steps` and `waits` are the ones whose rows lag behind; `delay_s`: put back, not to be claimed before."""
        self.run, self.steps, self.waits, self.delay_s = run, steps, waits, delay_s

    @property
    def progress(self) -> bool:
        """Whether anything is through: an intent alone says nothing against a step that kills its worker."""
        return (self.run.state != "running" and not self.delay_s) or any(
            step.finished_at is not None for step in self.steps
        )


class LedgerBy(Protocol[Way_contra]):
    """Rows in, rows out. Each call runs inside the transaction of the session that it gets.

    Given a Direct instead, each is a transaction of its own; all but `recorded` are then safe to repeat.
    """

    def accept(self, session: Way_contra, events: Sequence[Accepted]) -> list[Admission]:
        """Write events and the runs that they start; a repeated dedup key starts none."""
        ...

    def claim(
        self, session: Way_contra, *, lane: str, limit: int, holder: str, lease_s: float, full: Collection[UUID] = ()
    ) -> tuple[datetime, list[RunRow]]:
        """Take up to `limit` runnable runs under a lease and a new epoch. Returns the database's time with them.

        Workspaces that have some share the limit equally, those that come next first; within one a smaller priority
        goes first, then who has waited longest. Those in `full` are passed over.
        """
        ...

    def recorded(self, session: Way_contra, run_ids: Sequence[UUID]) -> dict[UUID, Recorded]:
        """Steps, waits and resolutions of runs that are not fresh."""
        ...

    def flush(self, session: Way_contra, flushes: Sequence[Flush]) -> set[UUID]:
        """Write what lags behind, of those runs alone that are still ours; returns their ids."""
        ...

    def put_back(self, session: Way_contra, held: Sequence[tuple[UUID, int]], delay_s: float | None = None) -> None:
        """Queue claimed runs again, by (run, epoch), not begun or at a written boundary. It counts as no attempt.

        They may be claimed after `delay_s`; without one at once, in their old place.
        """
        ...

    def renew(self, session: Way_contra, held: Sequence[tuple[UUID, int]], lease_s: float) -> None:
        """Lengthen leases, by (run, epoch)."""
        ...

    def lose(self, session: Way_contra, held: Sequence[tuple[UUID, int]]) -> list[UUID]:
        """Queue runs whose lease is lost, by (run, epoch); returns those quarantined for losing too many."""
        ...

    def release_expired(self, session: Way_contra, limit: int, by: datetime | None = None) -> tuple[int, list[UUID]]:
        """Queue the runs whose lease ran out; returns how many, and those quarantined for losing too many.

        By that moment, or by now: see fire_due.
        """
        ...

    def release_holder(self, session: Way_contra, holder: str, *, dead: bool) -> int:
        """Queue the runs of a worker that is known to be dead, or about to stop, which says nothing against them."""
        ...

    def fire_due(self, session: Way_contra, limit: int, by: datetime | None = None) -> int:
        """Fire waits whose time has come by that moment, or by now, and wake their runs; returns how many.

        Who has looked whether the clock was set says when that was: it may be set between the look and this.
        """
        ...

    def queued(self, session: Way_contra) -> dict[str, int]:
        """How many runs are runnable now, by lane (bounded: each lane is counted to 100)."""
        ...


Ledger = LedgerBy[Any]
"""Of whichever database is there: what reaches it is handed on unread."""
