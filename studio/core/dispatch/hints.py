"""Sending hints, coalesced: a burst of commits becomes a handful of messages."""

import threading
from collections import Counter
from collections.abc import Callable

import structlog
from dramatiq import Actor

from studio.core import clock
from studio.core.dispatch.workers import Actors

log = structlog.get_logger()

EVERY_S = 0.01
"""The waker sends at most this often."""
AWAY_S = 1.0
"""How long a broker that failed is not tried again."""


class Hints:
    """Announce that there is something to look at. Losing one costs a sweep, never a run."""

    def __init__(self, most: int = 8) -> None:
        """`most`: messages of one kind sent at once; as many as there are threads to take them."""
        self._actors: dict[str, Actor[[], None]] = {}
        self._wanted: Counter[str] = Counter()
        self._most = most
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._away_until = 0.0
        self.spare: Callable[[], Actors] | None = None
        """Where workers are: the same actors on a broker inside this process, for as long as the other is away."""

    def register(self, name: str, actor: "Actor[[], None]") -> None:
        """Which actor looks at things called `name`."""
        self._actors[name] = actor

    def send(self, name: str, count: int = 1) -> None:
        """Ask for `count` looks. Returns at once; the waker thread sends."""
        with self._lock:
            self._wanted[name] = min(self._wanted[name] + count, self._most)
            if self._thread is None and not self._stopped:
                self._thread = threading.Thread(target=self._run, name="hints", daemon=True)
                self._thread.start()
        self._wake.set()

    def stop(self) -> None:
        """Send what is left and end the waker."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=2)

    def _run(self) -> None:
        pause = threading.Event()
        while not self._stopped or self._wanted:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                wanted, self._wanted = self._wanted, Counter()
            for name, count in wanted.items():
                try:
                    self._send(name, count)
                except Exception:  # the sweeper finds the rows, and asks this thread again: it must be there
                    log.exception("hint_lost", name=name)
            if self._stopped and not self._wanted:
                return
            pause.wait(EVERY_S)

    def _send(self, name: str, count: int) -> None:
        actor = self._actors.get(name)
        if actor is None:
            return
        if clock.monotonic() >= self._away_until:
            try:
                for _ in range(count):
                    actor.send()
            except Exception as error:  # noqa: BLE001 - the broker is away: the sweeper finds the rows
                log.warning("hint_not_sent", name=name, error=str(error))
                self._away_until = clock.monotonic() + AWAY_S
            else:
                return
        if (spare := self.spare) is not None:
            for _ in range(count):
                spare()[name].send()
