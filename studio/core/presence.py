"""Who works on an SQLite file: each process holds a shared lock beside it, and one that comes first knows it is alone.

The system lets go of the lock when its process dies, however it dies.
"""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import structlog

log = structlog.get_logger()


class Presence:
    """One process's share of the lock."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}-lock")
        self._file: int | None = None

    def enter(self, if_alone: Callable[[], object]) -> bool:
        """Be there until leave(). Where nobody else is, run `if_alone` before anybody may come. Returns whether."""
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            return self._lock(self._file, if_alone)
        except OSError:  # a file system without locks: nobody ever counts as alone there
            log.exception("presence_unknown", path=str(self._path))
            return False

    def leave(self) -> None:
        """Be gone."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, file: int, if_alone: Callable[[], object]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(file, fcntl.LOCK_SH)  # whoever holds it alone does so for one transaction
            return False
        try:
            if_alone()
        finally:
            fcntl.flock(file, fcntl.LOCK_SH)
        return True
