"""A worker process says that it is there, and what it is: for pages, metrics and `studio doctor`, never for leases.

Whose runs are whose is settled by leases alone; a row that says nothing new for a while proves nothing about them.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from studio.core import clock, migrate
from studio.runtime.models import WorkerProcess

log = structlog.get_logger()

BEAT_S = 5.0
SILENT = timedelta(seconds=20)
"""Whoever has said nothing for so long is taken for gone: four beats."""
FORGOTTEN = timedelta(days=1)
"""Rows of processes that ended without a word stay as long, so that somebody sees them."""


@dataclass(frozen=True, slots=True)
class Self:
    """What one process says of itself."""

    holder: str
    release: str
    """As STUDIO_RELEASE names it; empty: the newest migration that its code knows tells it apart."""
    threads: int


class Attending:
    """One process's row."""

    def __init__(self, run: Callable[[Callable[[Session], object]], object], self_: Self) -> None:
        """`run` gives a job a session of the engine's role and commits."""
        self._run, self._self = run, self_
        self._next = 0.0
        self._since: datetime | None = None

    def beat(self) -> None:
        """Say it, where the last time is BEAT_S ago."""
        if clock.monotonic() >= self._next:
            self._next = clock.monotonic() + BEAT_S
            self._run(lambda session: self._say(session, "working"))

    def drain(self) -> None:
        """From now on it takes nothing more."""
        self._while_ending(lambda session: self._say(session, "draining"))

    def leave(self) -> None:
        """It is gone."""
        self._while_ending(lambda session: forget(session, self._self.holder))

    def _while_ending(self, job: Callable[[Session], object]) -> None:
        try:
            self._run(job)
        except Exception:  # the database is away: the row is taken for gone by its age
            log.exception("presence_not_said", holder=self._self.holder)

    def _say(self, session: Session, state: str) -> None:
        now = clock.database_now(session)
        self._since = self._since or now
        said = {"state": state, "seen_at": now}
        values = said | {
            "holder": self._self.holder,
            "host": socket.gethostname()[:200],
            "pid": os.getpid(),
            "release": (self._self.release or f"schema {migrate.newest()}")[:80],
            "threads": self._self.threads,
            "started_at": self._since,
        }
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        insert = dialect.insert(WorkerProcess).values(values)
        session.execute(insert.on_conflict_do_update(index_elements=[WorkerProcess.holder], set_=said))
        if state == "working":
            old = delete(WorkerProcess).where(WorkerProcess.seen_at < now - FORGOTTEN)
            session.execute(old.execution_options(synchronize_session=False))


def forget(session: Session, holder: str) -> None:
    """A process is known to be gone."""
    mine = delete(WorkerProcess).where(WorkerProcess.holder == holder)
    session.execute(mine.execution_options(synchronize_session=False))
