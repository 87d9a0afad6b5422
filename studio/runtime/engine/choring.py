"""Chores are done apart from the sweep: however long one takes, leases, timers and hints have their turn beside it.

The sweeper's thread keeps the loop's lease meanwhile, so that no other process begins the same chore again. All of them
may be done twice: a process that loses its lease in the middle of one does not know it before the end.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from studio.core import clock

log = structlog.get_logger()

Chore = Callable[[datetime], None]
"""Called with the time."""
SLOW_S = 30.0
"""A chore that takes longer is told of in the log."""


class Chores:
    """One thread, which does chores one after the other each time the sweeper says so."""

    def __init__(self, name: str, chores: Sequence[Chore]) -> None:
        """`chores` may grow until the first round."""
        self._name, self._chores = name, chores
        self._asked = threading.Event()
        self._now: datetime | None = None
        """As of when a round is asked for, or under way; None: neither."""
        self._leads = self._stopped = False
        self._since: float | None = None
        self._doing = self._told = ""
        self._thread: threading.Thread | None = None

    def go(self, now: datetime) -> None:
        """Do all of them once, as of `now`; not where they are being done."""
        self._leads = True
        if self._now is not None:
            return
        self._now = now
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
            self._thread.start()
        self._asked.set()

    def leave(self) -> None:
        """They are another process's: what is under way here is done, and nothing after it."""
        self._leads = False

    def end(self) -> None:
        """The same for good. Returns at once."""
        self._leads, self._stopped = False, True
        self._asked.set()

    def join(self, timeout_s: float) -> None:
        """Wait for what is under way."""
        if self._thread is not None:
            self._thread.join(timeout_s)

    def watch(self) -> float:
        """Seconds that the chore under way has taken; 0: none is. Where that is long, the log is told once."""
        since, doing = self._since, self._doing
        if since is None:
            return 0.0
        seconds = clock.monotonic() - since
        if seconds > SLOW_S and not self._told:
            self._told = doing
            log.warning("chore_slow", chore=doing, seconds=round(seconds))
        return seconds

    def _loop(self) -> None:
        while not self._stopped:
            self._asked.wait()
            self._asked.clear()
            if self._now is not None:
                self._round(self._now)
                self._now = None

    def _round(self, now: datetime) -> None:
        for chore in self._chores:
            if not self._leads or self._stopped:
                return
            self._doing = getattr(chore, "__qualname__", type(chore).__name__)
            self._since = began = clock.monotonic()
            try:
                chore(now)
            except Exception:  # one broken chore must not keep the others from their turn
                log.exception("chore_failed", chore=self._doing)
            self._since = None
            if self._told:
                log.warning("chore_was_slow", chore=self._doing, seconds=round(clock.monotonic() - began))
                self._told = ""
