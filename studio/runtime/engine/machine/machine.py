"""One claimed run in memory: carries it from one boundary to the next.

A boundary is an effect, a wait, a checkpoint or the end. Between two boundaries nothing is written; at a boundary
`take()` hands over all rows that lag behind, and whoever holds the machine flushes them under the run's epoch.
"""

from collections import deque
from datetime import datetime
from functools import cached_property
from uuid import UUID

from studio.contract.node import RunInfo
from studio.contract.ports import Ports
from studio.contract.results import Outcome, Signal
from studio.core.redact import Redactor
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import decide
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.engine.machine import calling, ending, hearing, starting
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.data import Data
from studio.runtime.engine.machine.loops import Loops
from studio.runtime.engine.machine.memory import Memory
from studio.runtime.engine.machine.restoring import pass_by, restore
from studio.runtime.engine.machine.simulation import Simulation
from studio.runtime.ledger.port import Flush
from studio.runtime.ledger.rows import Recorded, RunRow, StepRow, Waiting
from studio.runtime.outcomes import Lane, RunState

SLICE = 500
"""Steps in memory before they are written, so that a long loop neither grows nor loses much."""


class Machine:
    """See the module. What its parts may ask of each other goes through it: engine.machine.carrier."""

    def __init__(
        self,
        run: RunRow,
        compiled: Compiled,
        now: datetime,
        ports: Ports,
        recorded: Recorded | None = None,
        simulation: Simulation | None = None,
        *,
        careful: bool = False,
        performed: frozenset[UUID] = frozenset(),
    ) -> None:
        """`recorded`: what the ledger has of the run; None, where it begins."""
        self.run, self.compiled, self.now, self.ports = run, compiled, now, ports
        self.simulation, self.careful, self.performed = simulation, careful, set(performed)
        self.lane = run.lane
        """The lane that it was claimed in."""
        self.tries = 1
        """How often this claim has begun at what the ledger has of the run."""
        self.data = Data(run, compiled)
        self.redactor = Redactor(keys=False)
        self.ready: deque[Place] = deque()
        self.calls: deque[Call] = deque()
        self.parked: dict[Place, StepRow] = {}
        self.memory = Memory()
        self.withdraw: list[Waiting] = []
        self.ended: RunState | None = None
        self.since = run.created_at
        """What the time that it may take is counted from: it began, or people have answered."""
        self.kept: dict[Place, StepRow] = {}
        """What a re-run keeps, at places that it has not come to yet."""
        self.pause = False
        """A checkpoint or a full slice: flush, then advance again."""
        self._unwritten = 0
        self.loops = Loops(self)
        if recorded is None:
            self.progress, following = decide.begin(compiled.graph, run.trigger_node)
            self.follow(following)
            run.title = run.title or compiled.title(self.data.scope(""))
        else:
            restore(self, self.loops, recorded)

    @cached_property
    def info(self) -> RunInfo:
        """The run as its nodes see it."""
        run, workspace = self.run, self.compiled.workspace
        return RunInfo(
            run.id, run.workspace_id, run.workflow_id, run.version_id, run.mode, run.title, run.created_at,
            self.compiled.workflow_name, workspace.get("currency", "EUR"), workspace.get("time_zone", "UTC"),
            workspace.get("locale", "en"), self.compiled.published_by, self.compiled.edited_by,
        )  # fmt: skip

    @property
    def state(self) -> RunState:
        """What the run is once everything in memory is written."""
        if self.ended is not None:
            return self.ended
        if self.ready or self.calls:
            return RunState.RUNNING
        return RunState.WAITING if self.parked else RunState.SUCCEEDED

    # -- from boundary to boundary ------------------------------------------------------------------------------

    def advance(self) -> None:
        """Run steps in memory until only effects and waits are left, or it is time to write."""
        self.pause = False
        while self.ready and self.ended is None and not self.pause:
            self.start(self.ready.popleft())

    def perform(self, call: Call, tx: UnitOfWork | None) -> Outcome:
        """Run an effect: LOCAL with its unit of work, OUTSIDE with none. Changes nothing of the machine."""
        return calling.perform(self, call, tx)

    def held_up(self, call: Call) -> Outcome | None:
        """Why an OUTSIDE effect cannot go out now; None: it can. Changes nothing of the machine."""
        return calling.held_up(self, call)

    def heard(self, call: Call, outcome: Outcome) -> None:
        """Take in what an effect, or a step that went on after its wait, answered."""
        if call.wait is not None:
            self.memory.close(call.wait)
        self.apply(call.step, outcome)

    def intend(self, call: Call, epoch: int | None) -> None:
        """This call goes out under that epoch. The others do not yet, so nothing of theirs can be in doubt.

        None: it does not, for certain.
        """
        if call.step.intent_epoch != epoch:
            call.step.intent_epoch, call.step.dirty = epoch, True

    def take(self) -> Flush:
        """All rows that lag behind, and the run as it is now."""
        state = self.state
        self.run.state = state
        if state not in (RunState.RUNNING, RunState.WAITING, RunState.QUEUED):
            self.run.finished_at = self.now
        self.run.waiting_for = self.memory.oldest_kind() if state is RunState.WAITING else None
        if state is not RunState.RUNNING:
            gives_up_its_place = state is RunState.WAITING and self.run.place_key is not None
            self.run.lane = Lane.BACK if gives_up_its_place else Lane.MAIN
        steps, waits = self.memory.unwritten()
        self._unwritten = 0
        return Flush(self.run, steps, waits)

    def hand_over(self) -> Flush:
        """Write the intent of the first outside effect and leave the run to the effect lane.

        A type that looks first intends nothing until it has.
        """
        first = self.calls[0]
        self.intend(first, None if first.type.looks_first else self.run.epoch + 1)
        flush = self.take()
        self.run.state, self.run.lane = RunState.QUEUED, Lane.EFFECT
        return flush

    # -- for its parts ------------------------------------------------------------------------------------------

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start a step, or the next attempt of one whose row exists; what is kept is not run, but gone past."""
        kept = self.kept.pop(place, None) if self.kept and step is None else None
        if kept is None:
            starting.start(self, place, step)
        else:
            pass_by(self, place, kept)

    def resume(self, step: StepRow, wait: Waiting, signal: Signal) -> None:
        """Go on with a step whose wait has ended."""
        starting.resume(self, step, wait, signal)

    def apply(self, step: StepRow, outcome: Outcome) -> None:
        """Take in what a step answered."""
        hearing.hear(self, self.loops, step, outcome)
        self._unwritten += 1
        if self.compiled.graph.nodes[step.node_key].checkpoint or self._unwritten >= SLICE:
            self.pause = True

    def follow(self, following: decide.Next) -> None:
        """Take in what decide() says comes next."""
        self.ready.extend(following.ready)
        for place in following.loops_done:
            self.loops.finish(place)

    def drop(self, place: Place) -> None:
        """Cancel what had started of an iteration that was given up."""
        ending.drop(self, self.loops, place)

    def end(self, state: RunState, step: StepRow | None = None) -> None:
        """End the run now; what still waits is to be withdrawn."""
        ending.end(self, state, step)
