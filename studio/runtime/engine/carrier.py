"""What the parts of a machine may ask of it: memory and loops know this much and no more."""

from collections import deque
from datetime import datetime
from typing import Protocol
from uuid import UUID

from studio.contract.results import Outcome, Signal
from studio.runtime import decide
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place, Progress
from studio.runtime.engine.data import Data
from studio.runtime.ledger.rows import RunRow, StepRow, Waiting


class Carrier(Protocol):
    """One claimed run in memory, seen from its parts."""

    run: RunRow
    compiled: Compiled
    now: datetime
    careful: bool
    performed: set[UUID]
    data: Data
    progress: Progress
    ready: deque[Place]
    parked: dict[Place, StepRow]

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start a step, or the next attempt of one whose row exists."""
        ...

    def resume(self, step: StepRow, wait: Waiting, signal: Signal) -> None:
        """Go on with a step whose wait has ended."""
        ...

    def apply(self, step: StepRow, outcome: Outcome) -> None:
        """Take in what a step answered."""
        ...

    def follow(self, following: decide.Next) -> None:
        """Take in what decide() says comes next."""
        ...

    def drop(self, place: Place) -> None:
        """Cancel what had started of an iteration that was given up."""
        ...
