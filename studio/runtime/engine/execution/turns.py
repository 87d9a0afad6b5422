"""Turns inside one process: how large a batch is, when more is known to wait, and who may call out."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TypeVar
from uuid import UUID

from studio.runtime.ledger.rows import RunRow

Claimed = TypeVar("Claimed")

BATCH = 200
"""Most runs claimed at once."""
LEAST = 8
"""Runs claimed at once where each takes long."""
SPARE = 2
"""Threads beside those that one workspace may fill with its calls, so that another's call finds one free."""


def more_wait(claimed: Sequence[RunRow], limit: int) -> bool:
    """Whether some workspace got all of its share, and so is likely to have more."""
    counts = Counter(run.workspace_id for run in claimed)
    return bool(counts) and max(counts.values()) >= limit // len(counts)


def next_size(size: int, took_s: float, enough_s: float, *, cut: bool) -> int:
    """Runs to claim next: half as many where the last ones were not through in time, more where they were soon."""
    if cut:
        return max(LEAST, size // 2)
    return min(BATCH, size * 2) if took_s < enough_s / 4 else size


class Calls:
    """The runs of this process that may be calling out, by workspace."""

    def __init__(self, most: int) -> None:
        """`most`: how many one workspace may have at once."""
        self._most = most
        self._held: Counter[UUID] = Counter()
        self._turn, self._lock = threading.Lock(), threading.Lock()

    def claim(self, take: Callable[[Collection[UUID]], tuple[Claimed, list[RunRow]]]) -> tuple[Claimed, list[RunRow]]:
        """Claim with the workspaces that have enough; one thread at a time, or all of them would see room."""
        with self._turn:
            with self._lock:
                full = [workspace_id for workspace_id, held in self._held.items() if held >= self._most]
            found = take(full)
            with self._lock:
                self._held.update(run.workspace_id for run in found[1])
            return found

    def let_go(self, runs: Sequence[RunRow]) -> None:
        """They are parked, ended or another's."""
        with self._lock:
            self._held -= Counter(run.workspace_id for run in runs)
