"""Which version an event starts, and whether a new one fails too often. Pure.

An event's part is a number that its key alone decides, so whoever sees the same event again chooses the same version,
and a share that grows only adds events to those that it had.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

PARTS = 10_000
"""How finely events are told apart: hundredths of a percent."""
LEAST_SHARE, MOST_SHARE = 1, 99
"""Percent of the events that a staged version may take. None is taking it back, all is publishing it."""
MIN_RUNS, MOST_MIN_RUNS = 20, 10_000
POINTS, MOST_POINTS = 10, 100

_Version = TypeVar("_Version")


class Outcome(StrEnum):
    """How a stage ended."""

    TAKEN = "taken"
    """Everybody gets the new version."""
    BACK = "back"
    """A person took it back."""
    RETURNED = "returned"
    """It failed too often, so Studio took it back."""
    REPLACED = "replaced"
    """Another version was published over it."""
    ARCHIVED = "archived"
    """Its workflow was archived."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When the new version is taken back: enough of its runs have ended, and too many of them failed."""

    min_runs: int = MIN_RUNS
    """So many of its runs must have ended before anything is judged."""
    points: int = POINTS
    """Percentage points by which its share of failed runs may lie above the other's; as many are too many."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The runs of one version while both take events."""

    runs: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def ended(self) -> int:
        """Those that count for the rule."""
        return self.completed + self.failed

    @property
    def failing(self) -> float | None:
        """Percent of the ended runs that failed; None: none has ended."""
        return 100 * self.failed / self.ended if self.ended else None


def part_of(workflow_id: UUID, key: str | UUID) -> int:
    """Where an event stands among PARTS. `key`: what makes it one and the same, or else its id."""
    digest = hashlib.sha256(f"{workflow_id}\0{key}".encode(errors="replace")).digest()
    return int.from_bytes(digest[:8]) % PARTS


def chosen(live: _Version, staged: _Version | None, share: int, part: int) -> _Version:
    """The version that an event starts. `share` in percent; the SQL of the ledger says the same."""
    return staged if staged is not None and part < share * (PARTS // 100) else live


def fails_too_often(new: Figures, old: Figures, rule: Rule) -> bool:
    """Whether the new version has to go back. Where nothing of the old one has ended, it is taken not to fail."""
    if new.ended < max(rule.min_runs, 1):
        return False
    ended = max(old.ended, 1)  # in whole numbers, so that equal shares are equal
    return new.failed * 100 * ended >= (old.failed * 100 + rule.points * ended) * new.ended
