"""Keeping the leases of what this process runs."""

import threading
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog

log = structlog.get_logger()

LONGEST_S = 3.0
"""Between two rounds, however long the lease is: what could not be given back waits for the next one."""
PATIENCE_S = 5.0
"""Longest that a stop waits for a renewal under way."""


class Leases:
    """The runs that this process holds, renewed at a third of the lease."""

    def __init__(
        self, renew: Callable[[list[tuple[UUID, int]]], None], lease_s: float, before: Callable[[], None]
    ) -> None:
        """`before` is called at every round."""
        self._renew, self._every, self._before = renew, min(lease_s / 3, LONGEST_S), before
        self._held: dict[UUID, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def hold(self, runs: Iterable[tuple[UUID, int]]) -> None:
        """Begin to renew."""
        with self._lock:
            self._held.update(runs)
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="leases", daemon=True)
                self._thread.start()

    def let_go(self, runs: Iterable[tuple[UUID, int]]) -> None:
        """They are parked, ended or another's. Under a later epoch this process may hold one already: that stays."""
        with self._lock:
            for run_id, epoch in runs:
                if self._held.get(run_id) == epoch:
                    del self._held[run_id]

    def held(self) -> list[tuple[UUID, int]]:
        """What is renewed: (run, epoch)."""
        with self._lock:
            return list(self._held.items())

    def stop(self) -> None:
        """End the keeper."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=PATIENCE_S)

    def _loop(self) -> None:
        while not self._stop.wait(self._every):
            held = self.held()
            try:
                self._before()
                if held:
                    self._renew(held)
            except Exception:  # the next round tries again; a lease that runs out is fenced, not corrupted
                log.exception("lease_renewal_failed", runs=len(held))
