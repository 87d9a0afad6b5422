"""One event through one document: the very machine that carries real runs, in memory, with everything assumed."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from studio.builder.backtest import facts, matching
from studio.builder.backtest.assuming import Assumed, Recorded
from studio.builder.backtest.comparing import NOTHING, Outcome
from studio.builder.backtest.outcomes import Wanted
from studio.contract.graph import Retry
from studio.contract.ports import Ports
from studio.contract.results import Outcome as Answer
from studio.contract.results import Signal
from studio.runtime.compiled import Compiled
from studio.runtime.decide import Place
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.ledger.rows import RunRow, StepRow, Waiting
from studio.runtime.outcomes import Lane, Mode

NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the past, with what the run that it started did."""

    id: UUID
    data: Any
    received_at: datetime
    trigger: str = ""
    """Key of the trigger that it came for; empty: nothing of it is kept."""
    run_id: UUID | None = None
    run_version: UUID | None = None
    run_state: str | None = None
    run_at: datetime | None = None
    """When the run was accepted."""
    run_error: Mapping[str, Any] | None = None
    steps: Recorded = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it."""

    outcome: Outcome
    steps: list[StepRow] = field(default_factory=list)
    title: str = ""
    error: Mapping[str, Any] | None = None
    how: Mapping[Place, str] = field(default_factory=dict)
    """Steps whose outcome was assumed."""
    waits: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """A document that events go through."""

    compiled: Compiled
    trigger: str
    workspace_id: UUID
    workflow_id: UUID

    def outcome_of(self, steps: Recorded, state: str, error: Mapping[str, Any] | None) -> Outcome:
        """What a run of it did, by its steps."""
        types = self.compiled.types
        over = {place: step for place, step in steps.items() if step.finished_at is not None}
        sent = {place: step.input for place, step in over.items() if place[0] in types and facts.acts(types[place[0]])}
        ended = (str(error.get("code") or ""), str(error.get("node") or "")) if error else None
        return Outcome(True, state, ended, {place: step.port for place, step in over.items()}, sent)


def subject(compiled: Compiled, trigger: str, workspace_id: UUID, workflow_id: UUID) -> Subject:
    """A document to try events on. Nothing of it is tried again, so that a failure is the last word."""
    nodes = {key: replace(node, retry=Retry()) for key, node in compiled.graph.nodes.items()}
    graph = replace(compiled.graph, nodes=MappingProxyType(nodes))
    return Subject(replace(compiled, graph=graph), trigger, workspace_id, workflow_id)


def tried(of: Subject, event: Happened, wanted: Wanted, ports: Ports) -> Tried:
    """Let an event go through. Reads and writes nothing; the same event always comes to the same."""
    trigger = of.compiled.graph.nodes.get(of.trigger)
    if trigger is None or not matching.takes(trigger.type, trigger.config, event.data):
        return Tried(NOTHING)
    began = event.run_at or event.received_at
    row = RunRow(
        id=event.run_id or event.id, workspace_id=of.workspace_id, workflow_id=of.workflow_id,
        version_id=of.compiled.version_id, trigger_node=of.trigger, epoch=1, wake_seq=0, attempts=0, fresh=True,
        input=matching.shaped(trigger.config, event.data), title="", mode=Mode.TEST, lane=Lane.MAIN, steps_used=0,
        respond=False, created_at=began,
    )  # fmt: skip
    assumed = Assumed(wanted, event.steps, of.compiled)
    walk = _Walk(row, of.compiled, ports, assumed)
    while walk.ended is None and walk.ready:
        walk.advance()
    last: dict[Place, StepRow] = {step.place: step for step in walk.memory.steps}
    outcome = of.outcome_of(last, walk.state.value, row.error)
    return Tried(outcome, walk.memory.steps, row.title, row.error, assumed.how, walk.waits)


class _Walk(Machine):
    """A machine whose clock moves on where it would have waited, or where the live run had got to by then."""

    def __init__(self, run: RunRow, compiled: Compiled, ports: Ports, assumed: Assumed) -> None:
        self._assumed = assumed
        self.waits = 0
        super().__init__(run, compiled, run.created_at, ports, simulation=assumed)

    def start(self, place: Place, step: StepRow | None = None) -> None:
        """Start a step, no sooner than it was started then."""
        found = self._assumed.record(place)
        if found is not None and found.started_at > self.now:
            self.now = found.started_at
        super().start(place, step)

    def resume(self, step: StepRow, wait: Waiting, signal: Signal) -> None:
        """The time of a wait has come."""
        self.waits += 1
        if wait.due_at is not None and wait.due_at > self.now:
            self.now = wait.due_at
        super().resume(step, wait, signal)

    def apply(self, step: StepRow, outcome: Answer) -> None:
        """What people or other runs take does not count against the run's time."""
        if self.compiled.types[step.node_key].patient:
            self.since = self.now
        super().apply(step, outcome)
