"""The writer thread: requests hand over what they accept, one transaction a group commits whatever has queued.

On SQLite the claims and flushes of the workers are jobs in the same queue, since only one connection can write.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy.orm import Session

from studio.core import clock
from studio.core.errors import Unavailable
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import Database
from studio.runtime.engine.shedding import SOON_S, expected_wait
from studio.runtime.ledger.port import Hands, Ledger
from studio.runtime.ledger.rows import Accepted, Admission

if TYPE_CHECKING:
    from studio.core.direct import Direct

Result = TypeVar("Result")

GROUP = 256
"""Most events or jobs in one commit."""
REMEMBERED = 8
"""Commits that say how long one usually takes."""
WAIT_S = 10.0
"""Longest a request waits for its commit before it is told to try again."""


def _held() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Entry:
    """Either an event to accept, or a job to run in the group's transaction.

    Whoever waits hangs on a bare lock: a Future's condition costs several times as much, for each delivery.
    """

    event: Accepted | None = None
    job: Callable[[Any], Any] | None = None
    result: Any = None
    error: Exception | None = None
    abandoned: bool = False
    """Whoever waited was told to try again: done now, it would be done twice."""
    _done: threading.Lock = field(default_factory=_held)

    def settle(self, result: Any = None, error: Exception | None = None) -> None:
        """Let the waiting thread go on."""
        self.result, self.error = result, error
        self._done.release()

    def wait(self) -> Any:
        """The result, once there is one."""
        if not self._done.acquire(timeout=WAIT_S):
            self.abandoned = True
            raise Unavailable(_("The database did not answer in time. Sending it again is safe."))
        if self.error is not None:
            raise self.error
        return self.result


class Writer:
    """One per process. Starts at its first entry."""

    def __init__(self, database: Database, ledger: Ledger, after_accept: Callable[[], None]) -> None:
        """`after_accept` is called once a group's commit is through: a hint that there are runs."""
        self._database, self._ledger, self._after_accept = database, ledger, after_accept
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._stopped = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._direct = _direct(database) if database.dialect == "postgresql" else None
        self._began: float | None = None
        """When the commit under way began."""
        self._usual_s = 0.0

    def accept(self, event: Accepted) -> Admission:
        """Wait until the event is committed. Raises Unavailable where the database does not answer in time."""
        admission: Admission = self._wait(_Entry(event=event))
        return admission

    def wait_s(self) -> float:
        """How long what is handed over now is expected to wait for its commit."""
        began = self._began
        under_way_s = None if began is None else clock.monotonic() - began
        return expected_wait(self._queue.qsize(), GROUP, self._usual_s, under_way_s)

    def run(self, job: Callable[[Session], Result]) -> Result:
        """Run a job as studio_engine. On SQLite in the group's transaction, elsewhere in one of its own."""
        if self._direct is None:
            result: Result = self._wait(_Entry(job=job))
            return result
        with self._database.across() as unit:
            return job(unit.session)

    def run_single(self, job: Callable[[Hands], Result]) -> Result:
        """Run a ledger call that is one statement, safe to repeat, on PostgreSQL."""
        if self._direct is not None:
            return job(self._direct)
        result: Result = self._wait(_Entry(job=job))
        return result

    def stop(self) -> None:
        """Commit what has queued and end. What comes later is told at once to come again."""
        self._stopped = True
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=WAIT_S)
        if self._direct is not None:
            self._direct.close()

    def _wait(self, entry: _Entry) -> Any:
        if self._stopped:
            raise Unavailable(_("This process is stopping. Sending it again is safe."))
        self._queue.put(entry)
        if self._thread is None:
            self._start()
        return entry.wait()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="writer", daemon=True)
                self._thread.start()

    def _loop(self) -> None:
        while (first := self._queue.get()) is not None:
            group, last = [first], False
            while len(group) < GROUP:
                try:
                    entry = self._queue.get_nowait()
                except Empty:
                    break
                if entry is None:
                    last = True
                    break
                group.append(entry)
            self._began = clock.monotonic()
            self._commit(group)
            took, self._began = clock.monotonic() - self._began, None
            self._usual_s += (min(took, SOON_S / 2) - self._usual_s) / REMEMBERED
            if last:
                return

    def _commit(self, group: list[_Entry]) -> None:
        try:
            written = self._write(group)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits, or tried again one by one
            if len(group) == 1:
                group[0].settle(error=error)
                return
            for entry in group:
                self._commit([entry])
            return
        if any(entry.event is not None for entry, _ in written):
            self._after_accept()
        for entry, result in written:
            entry.settle(result)

    def _write(self, group: list[_Entry]) -> list[tuple[_Entry, Any]]:
        if self._direct is not None:
            fault_point("accept.before_commit")
            written = self._do(group, self._direct)
        else:
            with self._database.across() as unit:
                unit.session.connection()  # waits for SQLite's lock, and somebody may give up meanwhile
                written = self._do(group, unit.session)
                fault_point("accept.before_commit")
        fault_point("accept.after_commit")
        return written

    def _do(self, group: list[_Entry], hands: Hands) -> list[tuple[_Entry, Any]]:
        group = [entry for entry in group if not entry.abandoned]
        events = [entry.event for entry in group if entry.event is not None]
        admissions = iter(self._ledger.accept(hands, events) if events else ())
        return [(entry, next(admissions) if entry.job is None else entry.job(hands)) for entry in group]


def _direct(database: Database) -> "Direct":
    from studio.core.direct import Direct  # noqa: PLC0415 - brings the driver, which a Studio on SQLite need not load

    return Direct(database.engine, database.direct)
