"""One run alone in its process: whose worker has died twice shows by itself whether it is what kills.

A worker carries many runs at once, and all that it holds when it dies lose their leases: the one that killed it, and
neighbours that did nothing. Without this they would be set aside together.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from studio.core import clock
from studio.runtime.ledger.rows import RunRow
from studio.runtime.outcomes import LOST_LEASES

PATIENCE_S = 30.0
"""Longest wait for what the process is in the middle of; then the next look tries again."""


def suspects(runs: Sequence[RunRow]) -> list[RunRow]:
    """Those whose next lost lease sets them aside."""
    return [run for run in runs if run.attempts >= LOST_LEASES - 1]


class Gate:
    """Many together, or one alone."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._wanted = False
        """Somebody is alone in here, or waits to be: nobody else enters."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Carry runs beside others."""
        with self._changed:
            while self._wanted:
                self._changed.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self, patience_s: float = PATIENCE_S) -> Iterator[bool]:
        """Gives whether nobody else is in there; False at once where somebody else wants to be alone."""
        with self._changed:
            mine = not self._wanted
            self._wanted = True
            until = clock.monotonic() + patience_s
            while mine and self._inside and (left := until - clock.monotonic()) > 0:
                self._changed.wait(left)
            got = mine and not self._inside
        try:
            yield got
        finally:
            if mine:
                with self._changed:
                    self._wanted = False
                    self._changed.notify_all()
