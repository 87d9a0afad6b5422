"""What is under way is broken off: the whole run at its end, or one iteration of a loop."""

from collections import deque

from studio.runtime.decide import Place
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.loops import Loops
from studio.runtime.ledger.rows import StepRow
from studio.runtime.outcomes import RunState, StepState


def end(machine: Carrier, state: RunState, step: StepRow | None) -> None:
    """End the run now, for that step; what still waits is to be withdrawn."""
    machine.ended = state
    if step is not None and step.error is not None:
        machine.run.error = {**step.error, "node": step.node_key, "path": step.path}
    machine.ready.clear()
    machine.calls.clear()
    if state is RunState.NEEDS_REVIEW:
        return
    machine.withdraw = machine.memory.open_waits()
    for left in machine.memory.unfinished():
        _cancel(machine, left)


def drop(machine: Carrier, loops: Loops, place: Place) -> None:
    """Cancel what had started of an iteration that was given up."""
    machine.parked.pop(place, None)
    loops.forget(place)
    machine.ready = deque(ready for ready in machine.ready if ready != place)
    machine.calls = deque(call for call in machine.calls if call.step.place != place)
    for step in [step for step in machine.memory.unfinished() if step.place == place]:
        _cancel(machine, step)
        machine.withdraw.extend(wait for wait in machine.memory.open_waits() if wait.step_id == step.id)


def _cancel(machine: Carrier, step: StepRow) -> None:
    step.state, step.finished_at, step.dirty = StepState.CANCELLED, machine.now, True
