"""A test-run: the draft on a sample, in memory, through the very machine that carries real runs.

Effects are simulated unless their step is switched on; waits are skipped; no run and no step is written. A step that
is switched on is performed for real, under a run of the mode "test".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from flask_babel import gettext as _

from studio.builder import catalogue
from studio.contract import gathering
from studio.contract.graph import Budget, Graph, Retry
from studio.contract.node import Effect, Kind
from studio.contract.ports import Ports
from studio.contract.results import Outcome
from studio.core import clock
from studio.core.actor import Actor
from studio.core.errors import InvalidInput
from studio.core.ids import new_id
from studio.core.unit_of_work import Database
from studio.runtime.checks.kept import kept_outcomes, kept_outputs
from studio.runtime.checks.outline import Outline
from studio.runtime.compile import sample_values
from studio.runtime.compiled import Compiled
from studio.runtime.document import Document, Link
from studio.runtime.document.bounds import check_payload
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.machine import Machine
from studio.runtime.engine.machine.simulation import Simulated
from studio.runtime.engine.versions import compile_document
from studio.runtime.ledger.rows import RunRow, StepRow
from studio.runtime.outcomes import Lane, Mode, RunState

MOST_STEPS = 500
LONGEST_S = 30.0
LARGEST_SHOWN = 100_000
"""Bytes of one step's data in the answer."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What to test."""

    document: Document
    trigger: str
    sample: Any
    live: frozenset[str] = frozenset()
    """Steps whose effects happen for real."""
    only: str | None = None
    """One step by itself: those before it are taken to have given `outputs`, or their samples."""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    """What earlier steps gave, by their keys; `item` and `index` in a loop."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where it is tested, and by whom."""

    workflow_id: UUID
    workspace_id: UUID
    facts: Mapping[str, str]
    """The root `workspace` of expressions."""
    actor: Actor


@dataclass(slots=True)
class Result:
    """What happened."""

    state: str
    error: dict[str, Any] | None
    duration_ms: int
    steps: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As the API answers."""
        return {"state": self.state, "error": self.error, "duration_ms": self.duration_ms, "steps": self.steps}


def run(ask: Ask, place: Place, database: Database, ports: Ports) -> Result:
    """Carry it out. Holds no transaction but those of live steps. Raises InvalidInput where it cannot begin."""
    begun = clock.monotonic()
    given, document = {}, ask.document
    if ask.only is not None:
        given, document = _given(ask), _alone(ask)
    compiled = _bounded(compile_document(document, dict(place.facts), None, document.name))
    _check(ask, compiled)
    session = _Session(ask, place, compiled, database, ports, until=begun + LONGEST_S)
    session.give(given)
    session.carry_on()
    return session.result(clock.monotonic() - begun)


def _input(ask: Ask) -> Any:
    step = ask.document.step(ask.trigger)
    return gathering.shaped(step.config.get("gather"), ask.sample) if step is not None else ask.sample


class _Session:
    """One test-run under way."""

    def __init__(
        self, ask: Ask, place: Place, compiled: Compiled, database: Database, ports: Ports, *, until: float
    ) -> None:
        # a step that is tested by itself is wanted to do what it does
        kept = kept_outcomes(Outline(ask.document)) if ask.only is None else {}
        now = clock.local_now()
        self._database, self._place, self._until = database, place, until
        self._took: dict[UUID, float] = {}
        row = RunRow(
            id=new_id(), workspace_id=place.workspace_id, workflow_id=place.workflow_id, version_id=UUID(int=0),
            trigger_node=ask.trigger, epoch=1, wake_seq=0, attempts=0, fresh=True, input=_input(ask), title="",
            mode=Mode.TEST, lane=Lane.MAIN, steps_used=0, respond=False, created_at=now,
        )  # fmt: skip
        self._machine = Machine(row, compiled, now, ports, simulation=Simulated(ask.live, kept))

    def give(self, values: Mapping[str, Any]) -> None:
        """What stands in the place of steps that do not run."""
        for key, output in values.get("steps", {}).items():
            self._machine.data.put((key, ""), output)
        if "item" in values:
            self._machine.data.enter("", values["item"], values["index"])

    def carry_on(self) -> None:
        """Go from boundary to boundary until the run ends, or time is up."""
        machine = self._machine
        while machine.ended is None:
            if clock.monotonic() > self._until:
                self._stop("test.time", _("The test-run was stopped after %(most)d seconds.", most=int(LONGEST_S)))
                return
            machine.advance()
            if machine.calls:
                call = machine.calls.popleft()
                begun = clock.monotonic()
                outcome = self._perform(call)
                self._took[call.step.id] = clock.monotonic() - begun
                machine.heard(call, outcome)
            elif not machine.ready:
                return

    def result(self, seconds: float) -> Result:
        """What there is to tell."""
        run, state = self._machine.run, self._machine.state
        if (run.error or {}).get("code") == "run.budget":
            message = _("The test-run was stopped after %(most)d steps.", most=MOST_STEPS)
            run.error = {"code": "test.steps", "message": message}
        steps = [told(step, self._took.get(step.id, 0.0)) for step in self._machine.memory.steps]
        return Result(state.value, run.error, round(seconds * 1000), steps)

    def _perform(self, call: Call) -> Outcome:
        if call.type.effect is not Effect.LOCAL:
            return self._machine.perform(call, None)
        with self._database.unit(self._place.workspace_id, self._place.actor) as unit:
            return self._machine.perform(call, unit)

    def _stop(self, code: str, message: str) -> None:
        self._machine.run.error = {"code": code, "message": message}
        self._machine.end(RunState.FAILED)


def told(step: StepRow, seconds: float = 0.0) -> dict[str, Any]:
    """One step, as the editor shows it."""
    return {
        "node": step.node_key,
        "path": step.path,
        "attempt": step.attempt,
        "state": str(step.state),
        "port": step.port,
        "input": _shown(step.input),
        "output": _shown(step.output),
        "whole": _is_short(step.output),
        "error": step.error,
        "note": step.note,
        "duration_ms": round(seconds * 1000),
    }


def _given(ask: Ask) -> dict[str, Any]:
    """What the steps before the one that is tested are taken to have given."""
    only = ask.document.step(ask.only or "")
    if only is None or only.key == ask.trigger:
        raise InvalidInput(_("Choose a step behind the trigger."), code="test.only", field="only")
    for output in ask.outputs.values():
        check_payload(output)
    return sample_values(ask.document, only.key, {**ask.outputs, **kept_outputs(Outline(ask.document))})


def _alone(ask: Ask) -> Document:
    """The trigger and, right behind it, the one step."""
    kept = [one for one in ask.document.nodes if one.key in (ask.trigger, ask.only)]
    nodes = [one.model_copy(update={"parent": None, "join": None}) for one in kept]
    edges = [Link(source=ask.trigger, port="next", target=ask.only or "")]
    return ask.document.model_copy(update={"nodes": nodes, "edges": edges})


def _bounded(compiled: Compiled) -> Compiled:
    """The same graph within a test's bounds; nothing is tried again, so that the first failure shows at once."""
    graph = compiled.graph
    nodes = {key: replace(node, retry=Retry()) for key, node in graph.nodes.items()}
    budget = Budget(min(graph.budget.steps, MOST_STEPS), graph.budget.seconds)
    bounded: Graph = replace(graph, nodes=MappingProxyType(nodes), budget=budget)
    return replace(compiled, graph=bounded)


def _check(ask: Ask, compiled: Compiled) -> None:
    check_payload(ask.sample)
    found = compiled.types.get(ask.trigger)
    if found is None or found.kind is not Kind.TRIGGER:
        raise InvalidInput(_("Choose the trigger that the test starts at."), code="test.trigger", field="trigger")
    for key in sorted(ask.live):
        step = compiled.types.get(key)
        if step is None:
            raise InvalidInput(_("There is no step “%(key)s”.", key=key[:40]), code="test.live", field="live")
        if catalogue.waits(type(step)):
            name = compiled.graph.nodes[key].name
            message = _("“%(name)s” waits for somebody, so a test can only simulate it.", name=name)
            raise InvalidInput(message, code="test.live", field="live")


def _shown(value: Any) -> Any:
    """A step's data, or what it would have been too long to show."""
    return value if _is_short(value) else _("%(size)d KiB, too much to show here", size=_size(value) // 1024)


def _is_short(value: Any) -> bool:
    return _size(value) <= LARGEST_SHOWN


def _size(value: Any) -> int:
    return len(orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS))
