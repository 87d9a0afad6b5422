"""What others hear of a run: in the transaction in which it ends, and once its rows are committed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from studio.core.i18n import gettext
from studio.core.metrics import RUNS_FINISHED
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.engine.answers import Ended
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.rows import RunRow
from studio.runtime.outcomes import ENDED, STUCK, Lane, Mode, RunState

OVER = ENDED | STUCK
"""States in which a caller need not wait any longer."""
TROUBLE = (RunState.FAILED, RunState.NEEDS_REVIEW)
"""Ends that somebody has to hear of."""


@dataclass
class Endings:
    """What other parts hear of a run's end: in its transaction, or after it (`finished`)."""

    failed: list[Callable[[UnitOfWork, RunRow, Compiled], None]] = field(default_factory=list)
    withdraw: dict[str, Callable[[UnitOfWork, UUID, str], None]] = field(default_factory=dict)
    """By wait kind: end what the run waited for."""
    over: Callable[[UnitOfWork, UUID, str], None] = lambda _uow, _run_id, _state: None
    """A run of a workflow with lasting steps has ended, in which state."""
    called: Callable[[UnitOfWork, RunRow, Any], None] = lambda _uow, _run, _output: None
    """A run has ended that another one has called and waits for; with what its last step gave."""
    finished: Callable[[Sequence[Ended]], None] = lambda _ended: None
    """Runs that somebody waits for on the line."""


class Ends:
    """Tells whoever is named in the endings, and hints at what may go on now."""

    def __init__(self, endings: Endings, hint: Callable[[str, int], None]) -> None:
        self._endings, self._hint = endings, hint

    def withdraw(self, unit: UnitOfWork, machine: Machine) -> None:
        """Withdraw what the run still waits for, and tell who wants to know that it failed. Before it is written."""
        for wait in machine.withdraw:
            machine.memory.close(wait)
            end = self._endings.withdraw.get(wait.kind)
            if end is not None:
                end(unit, wait.id, gettext("The run went on or ended without it."))
        machine.withdraw = []
        if _leaves(machine):
            self._endings.over(unit, machine.run.id, machine.state.value)
        if machine.ended in TROUBLE and machine.run.mode == Mode.LIVE:
            for tell in self._endings.failed:
                tell(unit, machine.run, machine.compiled)

    def tell_caller(self, unit: UnitOfWork, machine: Machine) -> None:
        """After its own row is locked: every caller is locked after what it has called."""
        run = machine.run
        if run.parent_wait_id is not None and run.state in ENDED:
            self._endings.called(unit, run, _ended(machine).output)

    def announce(self, machines: Sequence[Machine]) -> None:
        """Their rows are committed: hand over what calls out, count, free places, answer who waits on the line."""
        handed = sum(1 for machine in machines if machine.run.lane == Lane.EFFECT and machine.run.state == "queued")
        if handed:
            self._hint(Lane.EFFECT, handed)
        ended = Counter(machine.run.state for machine in machines if machine.run.finished_at is not None)
        for state, count in ended.items():
            RUNS_FINISHED.labels(state).inc(count)
        if any(machine.run.gate_key is not None and machine.run.state != RunState.RUNNING for machine in machines):
            self._hint(Lane.GATE, 1)  # a place is free, or a turn has come
        waited_for = [machine for machine in machines if machine.run.respond and machine.run.state in OVER]
        if waited_for:
            self._endings.finished([_ended(machine) for machine in waited_for])


def needs_unit(machine: Machine) -> bool:
    """Whether the end that a run has come to takes services of its workspace."""
    awaited = machine.run.parent_wait_id is not None and machine.state in ENDED
    return awaited or bool(machine.withdraw) or machine.ended in TROUBLE or _leaves(machine)


def _leaves(machine: Machine) -> bool:
    """Whether it ends and may have left something that outlives its steps."""
    return machine.compiled.lasting and machine.state in ENDED and machine.simulation is None


def _ended(machine: Machine) -> Ended:
    run, last = machine.run, machine.memory.newest
    return Ended(run.id, run.state, last.output if last else None, run.error)
