"""What a step answered is taken in: it is done, waits, has failed, or opens a loop."""

from studio.contract.graph import ERROR_PORT
from studio.contract.results import Done, Expand, Fail, Outcome, Wait
from studio.runtime import decide
from studio.runtime.engine.machine import backoff
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.loops import Loops
from studio.runtime.engine.machine.parking import park, retry
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import RunState, StepState


def hear(machine: Carrier, loops: Loops, step: StepRow, outcome: Outcome) -> None:
    """Change the step's row and the run by what the step answered."""
    step.dirty = True
    match outcome:
        case Done():
            _done(machine, step, outcome)
        case Wait():
            park(machine, step, outcome)
        case Fail():
            _failed(machine, loops, step, outcome)
        case Expand():
            loops.expand(step, outcome)


def _done(machine: Carrier, step: StepRow, done: Done) -> None:
    step.state, step.port, step.note, step.finished_at = StepState.SUCCEEDED, done.port, done.note, machine.now
    if step.node_key == machine.run.trigger_node:
        step.input = None  # the run's own input is what the trigger brought
        machine.data.put(step.place, done.output)
    else:
        step.output = machine.redactor.json(done.output)
        machine.data.put(step.place, step.output)
    if done.ends_run:
        machine.end(RunState.SUCCEEDED)
        return
    machine.follow(decide.settle(machine.progress, step.place, done.port))


def _failed(machine: Carrier, loops: Loops, step: StepRow, failure: Fail) -> None:
    node = machine.compiled.graph.nodes[step.node_key]
    step.error = {"code": failure.code, "message": machine.redactor.text(failure.message), "field": failure.field}
    step.error |= {"expression": failure.expression} if failure.expression else {}
    step.output, step.finished_at = machine.redactor.json(failure.output), machine.now
    keyed = machine.compiled.types[node.key].is_keyed(step.input or {})
    if failure.in_doubt or (failure.unknown and not keyed):
        step.state = StepState.NEEDS_REVIEW
        machine.end(RunState.NEEDS_REVIEW, step)
        return
    step.state = StepState.FAILED
    if backoff.may_retry(node.retry, step.attempt, failure):
        retry(machine, step, node, failure)
    elif not failure.ends_run and ERROR_PORT in machine.compiled.graph.ports_used(node.key):
        step.port = ERROR_PORT
        machine.data.put(step.place, {"error": step.error, "output": step.output})
        machine.follow(decide.settle(machine.progress, step.place, ERROR_PORT))
    elif failure.ends_run or not loops.give_up_iteration(step):
        machine.end(RunState.FAILED, step)
