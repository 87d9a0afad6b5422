"""One step begins, or goes on after its wait."""

from pydantic import BaseModel

from studio.contract.graph import Node
from studio.contract.node import Effect, NodeType
from studio.contract.results import Done, Signal
from studio.core.ids import new_id
from studio.runtime.decide import Place
from studio.runtime.engine.machine import failures, keys
from studio.runtime.engine.machine.call import Call
from studio.runtime.engine.machine.calling import context_of, looks_at, perform
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.ledger.rows import StepRow, Waiting
from studio.runtime.outcomes import RunState, StepState


def start(machine: Carrier, place: Place, step: StepRow | None) -> None:
    """Start a step, or the next attempt of one whose row exists."""
    node = machine.compiled.graph.nodes[place[0]]
    node_type = machine.compiled.types[node.key]
    written = step is not None and step.saved and step.state == StepState.RUNNING
    if _over_budget(machine, counted=written):
        return
    step = step or new_step(machine, node, place, attempt=1)
    step.state, step.dirty = StepState.RUNNING, True
    if node.key == machine.run.trigger_node:  # it has happened: there is nothing to resolve or to call
        machine.apply(step, Done(machine.run.input))
        return
    try:
        config = machine.compiled.resolvers[node.key].resolve(machine.data.scope(place[1]))
    except failures.CONFIG_ERRORS as error:
        machine.apply(step, failures.as_failure(error))
        return
    step.input = machine.redactor.json(machine.compiled.resolvers[node.key].plain(config))
    unkept = failures.unstorable(step.input) if looks_at(machine, node_type) else None
    if unkept is not None:
        step.input = None
        machine.apply(step, unkept)
        return
    if machine.simulation is not None and machine.simulation.covers(step, node_type):
        context = context_of(machine, step, None)
        machine.apply(step, machine.simulation.outcome(step, node_type, config, context))
    elif node_type.effect is Effect.PURE:
        machine.apply(step, perform(machine, Call(step, node_type, config), None))
    else:
        _prepare_effect(machine, step, node_type, config, written=written)


def resume(machine: Carrier, step: StepRow, wait: Waiting, signal: Signal) -> None:
    """Go on with a step whose wait has ended."""
    machine.parked.pop(step.place, None)
    node_type = machine.compiled.types[step.node_key]
    if node_type.patient:
        machine.since = machine.now
    if wait.kind == "retry" or node_type.begins_anew:
        machine.memory.close(wait)
        step.intent_epoch = None  # what it had intended before it waited did not go out
        machine.start(step.place, step)
        return
    try:
        config = machine.compiled.resolvers[step.node_key].resolve(machine.data.scope(step.path))
    except failures.CONFIG_ERRORS as error:
        machine.memory.close(wait)
        machine.apply(step, failures.as_failure(error))
        return
    call = Call(step, node_type, config, signal, wait)
    if node_type.effect is Effect.LOCAL:
        machine.calls.append(call)
    else:
        machine.heard(call, perform(machine, call, None))


def new_step(machine: Carrier, node: Node, place: Place, attempt: int) -> StepRow:
    """The row of a step that begins now."""
    step = StepRow(
        new_id(), machine.run.id, machine.run.workspace_id, node.key, place[1], attempt, StepState.RUNNING, node.type,
        machine.now,
    )  # fmt: skip
    machine.memory.add_step(step)
    return step


def _prepare_effect(machine: Carrier, step: StepRow, node_type: NodeType, config: BaseModel, *, written: bool) -> None:
    before = (step.effect_key, step.fingerprint)
    earlier = (step.effect_key, step.fingerprint or "") if step.effect_key else None
    step.fingerprint = keys.fingerprint(step.type, step.input)
    if not (written and step.effect_key):  # an intent that may have gone out keeps its key, whoever takes it up
        step.effect_key = keys.effect_key(machine.run, step, earlier)
    if written and before == (step.effect_key, step.fingerprint):
        step.dirty = False  # handed over with exactly this intent: no second commit before the call
    machine.calls.append(Call(step, node_type, config))


def _over_budget(machine: Carrier, *, counted: bool) -> bool:
    """`counted`: the step had begun before, and was handed over or put back since."""
    run, budget = machine.run, machine.compiled.graph.budget
    run.steps_used += not counted
    if run.steps_used <= budget.steps and (machine.now - machine.since).total_seconds() <= budget.seconds:
        return False
    run.error = failures.over_budget(budget)
    machine.end(RunState.FAILED)
    return True
