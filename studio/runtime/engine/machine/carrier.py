"""One claimed run in memory, seen from the parts that carry it: they know this much and no more."""

from collections import deque
from datetime import datetime
from typing import Protocol
from uuid import UUID

from studio.contract.node import RunInfo
from studio.contract.ports import Ports
from studio.contract.results import Outcome, Signal
from studio.core.redact import Redactor
from studio.runtime import decide
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place, Progress
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.data import Data
from studio.runtime.engine.machine.memory import Memory
from studio.runtime.engine.machine.simulation import Simulation
from studio.runtime.ledger.rows import RunRow, StepRow, Waiting
from studio.runtime.outcomes import RunState


class Carrier(Protocol):
    """What a run is made of, and the steps that its parts ask of each other through it."""

    run: RunRow
    compiled: Compiled
    now: datetime
    ports: Ports
    simulation: Simulation | None
    careful: bool
    """Something of it could not be written: every value is looked at before the run goes on with it."""
    performed: set[UUID]
    """Steps whose call went out under this claim, whether or not its outcome was written."""
    data: Data
    redactor: Redactor
    memory: Memory
    progress: Progress
    ready: deque[Place]
    calls: deque[Call]
    parked: dict[Place, StepRow]
    kept: dict[Place, StepRow]
    """What a re-run keeps, at places that it has not come to yet."""
    withdraw: list[Waiting]
    """Waits that the run's end leaves open; whoever flushes withdraws them first."""
    ended: RunState | None
    since: datetime
    """What the time that it may take is counted from."""

    @property
    def info(self) -> RunInfo:
        """The run as its nodes see it."""
        ...

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start a step, or the next attempt of one whose row exists."""
        ...

    def resume(self, step: StepRow, wait: Waiting, signal: Signal) -> None:
        """Go on with a step whose wait has ended."""
        ...

    def heard(self, call: Call, outcome: Outcome) -> None:
        """Take in what an effect, or a step that went on after its wait, answered."""
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

    def end(self, state: RunState, step: StepRow | None = None) -> None:
        """End the run now; what still waits is to be withdrawn."""
        ...
