"""Finds what no message announced: lost leases, due timers, due schedules, runs that nobody was told of."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.faults import fault_point
from studio.core.metrics import CHORE_SECONDS
from studio.core.unit_of_work import Database
from studio.runtime.engine import clock_steps
from studio.runtime.engine.choring import Chores
from studio.runtime.engine.clock_steps import ClockSteps
from studio.runtime.engine.freeing import free_loops
from studio.runtime.engine.writer import Writer
from studio.runtime.ledger.port import Ledger
from studio.runtime.models import LoopLease

log = structlog.get_logger()

TICK_S = 0.5
LEASE_S = 5.0
STOP_S = 10.0
"""Longest that a stop waits for what is under way."""
BATCH = 1_000


class Sweeper:
    """One thread a process, and those of its chores; only who holds the loop's lease in the database turns."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        writer: Writer,
        hint: Callable[[str, int], None],
        holder: str,
        chores: Sequence[Chores] = (),
        own_chores: Sequence[Callable[[], object]] = (),
    ) -> None:
        """`chores` are sent off at every turn, each in a thread of its own; `own_chores` are called at every tick.

        A turn is one process's, a tick each one's.
        """
        self._database, self._ledger, self._writer = database, ledger, writer
        self._hint, self._holder, self._chores, self._own_chores = hint, holder, chores, own_chores
        self._steps = ClockSteps() if database.dialect == "sqlite" else None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to turn."""
        self._thread = threading.Thread(target=self._loop, name="sweeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the turn and the chores under way, and leave the next ones to whoever comes first."""
        self._stop.set()
        if self._thread is None:
            return
        until = clock.monotonic() + STOP_S
        for chores in self._chores:
            chores.end()
        self._thread.join(timeout=STOP_S)
        for chores in self._chores:
            chores.join(max(0.0, until - clock.monotonic()))
        self._thread = None
        try:
            self._writer.run(lambda session: free_loops(session, self._holder))
        except Exception:  # the database is away: the lease runs out by itself
            log.exception("loop_not_freed")

    def turn(self) -> None:
        """One sweep: leases, timers and runs that nobody was told of. Public so that tests can call it."""
        by = self._follow(self._steps) if self._steps is not None else None
        fired = BATCH
        while fired == BATCH:
            fired = self._writer.run_single(lambda session: self._ledger.fire_due(session, BATCH, by))
            if fired:
                fault_point("timers.after_commit")
        freed, quarantined = self._writer.run_single(lambda session: self._ledger.release_expired(session, BATCH, by))
        if freed:
            fault_point("leases.after_commit")
        for run_id in quarantined:
            log.error("run_quarantined", run_id=str(run_id))
        for lane, count in self._writer.run_single(self._ledger.queued).items():
            self._hint(lane, count)

    def _follow(self, steps: ClockSteps) -> datetime:
        """What lasts a while is not due because the clock was set: before anything is looked at.

        Returns by when it may be due: should the clock be set now, that is seen before anything of later is.
        """
        look = steps.look()
        if look.step:
            self._writer.run(lambda session: clock_steps.follow(session, look))
        steps.keep(look)
        return look.wall + clock.offset()

    def _loop(self) -> None:
        while not self._stop.wait(TICK_S):
            try:
                now = self._writer.run(self._lease)
                if now is not None:
                    fault_point("sweeper.after_commit")
                    self.turn()
                self._send_off(now)
                for chore in self._own_chores:
                    chore()
            except Exception:  # the database is away: the next tick tries again
                log.exception("sweep_failed")

    def _send_off(self, now: datetime | None) -> None:
        """`now`: the database's time, for this machine's clock may be wrong by an hour; None: another process leads."""
        if now is None:
            for chores in self._chores:
                chores.leave()
            return
        for chores in self._chores:
            chores.go(now)
        CHORE_SECONDS.set(max((chores.watch() for chores in self._chores), default=0.0))

    def _lease(self, session: Session) -> datetime | None:
        """Take or keep the loop's lease, so that two workers never do the same sweep. The time, or None: another's."""
        now = clock.database_now(session)
        held = session.get(LoopLease, "sweeper", with_for_update={"skip_locked": True})
        if held is None:
            taken = session.get(LoopLease, "sweeper")
            if taken is None:
                session.add(LoopLease(name="sweeper", holder=self._holder, until=now + timedelta(seconds=LEASE_S)))
                session.flush()
            return now if taken is None else None
        if held.holder != self._holder and held.until > now:
            return None
        held.holder, held.until = self._holder, now + timedelta(seconds=LEASE_S)
        return now
