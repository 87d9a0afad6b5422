"""The rows that this process holds: claimed under its name and lease, renewed, written under their epoch, given up."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from studio.runtime.engine.machine.machine import Machine
from studio.runtime.engine.writer import Writer
from studio.runtime.ledger.port import Flush, Ledger
from studio.runtime.ledger.rows import Recorded, RunRow

Held = Sequence[tuple[UUID, int]]
"""Runs and the epochs under which they are held."""


class FenceLost(Exception):
    """Another worker holds the run now: what this one did in memory is void."""


class Claims:
    """The ledger as one holder uses it. Each call is a transaction of its own, but for `write_in`."""

    def __init__(
        self, ledger: Ledger, writer: Writer, holder: str, lease_s: float, written: Callable[[Iterable[Flush]], None]
    ) -> None:
        """`written` is told of what was written; of `write_in` before its caller's commit."""
        self.holder = holder
        self._ledger, self._writer, self._lease_s, self._tell = ledger, writer, lease_s, written

    def claim(self, lane: str, limit: int, full: Collection[UUID] = ()) -> tuple[datetime, list[RunRow]]:
        """Take up to `limit` runnable runs; those of workspaces in `full` are passed over. With the database's time."""
        return self._writer.run_single(
            lambda session: self._ledger.claim(
                session, lane=lane, limit=limit, holder=self.holder, lease_s=self._lease_s, full=full
            )
        )

    def recorded(self, run_ids: Sequence[UUID]) -> dict[UUID, Recorded]:
        """What was written of runs before."""
        return self._writer.run(lambda session: self._ledger.recorded(session, run_ids))

    def write_all(self, flushes: Sequence[Flush]) -> set[UUID]:
        """Write many runs at once. Returns those that are ours still: nothing of the others was written."""
        ours = self._writer.run_single(lambda session: self._ledger.flush(session, flushes))
        self._tell(flush for flush in flushes if flush.run.id in ours)
        return ours

    def write(self, machine: Machine, flush: Flush) -> None:
        """Write one run. Raises FenceLost."""
        _written(machine, flush, self.write_all([flush]))

    def write_in(self, session: Session, machine: Machine, flush: Flush) -> None:
        """Write one run in the caller's transaction. Raises FenceLost, and then it is not to be committed."""
        _written(machine, flush, self._ledger.flush(session, [flush]))
        self._tell([flush])

    def put_back(self, held: Held, delay_s: float | None = None) -> None:
        """Let others have them, or this process at a later look. None: at once, and where they stood in the queue."""
        if held:
            self._writer.run_single(lambda session: self._ledger.put_back(session, held, delay_s))

    def lose(self, held: Held) -> list[UUID]:
        """Count a lease as lost. Returns the runs that this sets aside."""
        return self._writer.run_single(lambda session: self._ledger.lose(session, held))

    def renew(self, held: Held) -> None:
        """Hold them for another lease."""
        self._writer.run_single(lambda session: self._ledger.renew(session, held, self._lease_s))

    def release(self) -> int:
        """Give up everything at once, and hold it against none. Returns how many runs that were."""
        return self._writer.run_single(lambda session: self._ledger.release_holder(session, self.holder, dead=False))


def held(runs: Iterable[RunRow]) -> list[tuple[UUID, int]]:
    """Each run with the epoch under which it is held."""
    return [(run.id, run.epoch) for run in runs]


def _written(machine: Machine, flush: Flush, ours: set[UUID]) -> None:
    if machine.run.id not in ours:
        raise FenceLost
    machine.memory.mark_written(flush.steps, flush.waits)
