"""The writer thread: requests hand over what they accept, one transaction a group commits whatever has queued.

On SQLite the claims and flushes of the workers are jobs in the same queue, since only one connection can write.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from studio.core.errors import Unavailable
from studio.core.faults import fault_point
from studio.core.unit_of_work import Database
from studio.runtime.ledger.port import Ledger
from studio.runtime.ledger.rows import Accepted, Admission

Result = TypeVar("Result")

GROUP = 256
"""Most events or jobs in one commit."""
WAIT_S = 10.0
"""Longest a request waits for its commit before it is told to try again."""


@dataclass(slots=True)
class _Entry:
    """Either an event to accept, or a job to run in the group's transaction."""

    event: Accepted | None = None
    job: Callable[[Session], Any] | None = None
    future: "Future[Any]" = field(default_factory=Future)


class Writer:
    """One per process. Starts at its first entry."""

    def __init__(self, database: Database, ledger: Ledger, after_accept: Callable[[], None]) -> None:
        """`after_accept` is called once a group's commit is through: a hint that there are runs."""
        self._database, self._ledger, self._after_accept = database, ledger, after_accept
        self._queue: SimpleQueue[_Entry | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def accept(self, event: Accepted) -> Admission:
        """Wait until the event is committed. Raises Unavailable where the database does not answer in time."""
        admission: Admission = self._wait(_Entry(event=event))
        return admission

    def run(self, job: Callable[[Session], Result]) -> Result:
        """Run a job as studio_engine. On SQLite in the group's transaction, elsewhere in one of its own."""
        if self._database.dialect == "sqlite":
            result: Result = self._wait(_Entry(job=job))
            return result
        with self._database.across() as unit:
            return job(unit.session)

    def stop(self) -> None:
        """Commit what has queued and end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(timeout=WAIT_S)

    def _wait(self, entry: _Entry) -> Any:
        self._queue.put(entry)
        if self._thread is None:
            self._start()
        try:
            return entry.future.result(WAIT_S)
        except TimeoutError:
            raise Unavailable("The database did not answer in time. Sending it again is safe.") from None

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
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[_Entry]) -> None:
        try:
            results = self._write(group)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits, or tried again one by one
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            for entry in group:
                self._commit([entry])
            return
        if any(entry.event is not None for entry in group):
            self._after_accept()
        for entry, result in zip(group, results, strict=True):
            entry.future.set_result(result)

    def _write(self, group: list[_Entry]) -> list[Any]:
        with self._database.across() as unit:
            events = [entry.event for entry in group if entry.event is not None]
            admissions = iter(self._ledger.accept(unit.session, events) if events else ())
            results = [next(admissions) if entry.event is not None else _do(entry, unit.session) for entry in group]
            fault_point("accept.before_commit")
        fault_point("accept.after_commit")
        return results


def _do(entry: _Entry, session: Session) -> Any:
    assert entry.job is not None  # noqa: S101 - an entry is one of the two
    return entry.job(session)
