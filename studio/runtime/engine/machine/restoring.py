"""A run is taken up where the ledger left it."""

from typing import Any
from uuid import UUID

from studio.contract.node import Effect
from studio.contract.results import Fail, Signal
from studio.core.i18n import gettext
from studio.runtime import decide
from studio.runtime.decide import Fact, Place
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.loops import FAILED_MARK, Loops
from studio.runtime.ledger.rows import Recorded, StepRow, Waiting
from studio.runtime.outcomes import StepState, WaitState


def restore(machine: Carrier, loops: Loops, recorded: Recorded) -> None:
    """Take up a run where the ledger left it."""
    latest: dict[Place, StepRow] = {}
    for step in recorded.steps:
        latest[step.place] = max(latest.get(step.place, step), step, key=_attempt)
        if machine.compiled.types[step.node_key].patient and step.finished_at is not None:
            machine.since = max(machine.since, step.finished_at)
        if step.node_key == machine.run.trigger_node:
            machine.data.put(step.place, machine.run.input)
        elif step.state == StepState.FAILED and step.port is not None:
            machine.data.put(step.place, {"error": step.error, "output": step.output})
        elif step.port is not None:
            machine.data.put(step.place, step.output)
        elif step.state == StepState.FAILED and step.path:
            machine.data.put((FAILED_MARK, step.path), step.error)
    machine.progress, left, _ = decide.replay(
        machine.compiled.graph,
        machine.run.trigger_node,
        {place: _fact(machine, step) for place, step in latest.items()},
    )
    unfinished = [step for step in latest.values() if step.finished_at is None]
    machine.memory.fill(unfinished, recorded.steps[-1] if recorded.steps else None, recorded.waits)
    for place, step in latest.items():
        if machine.compiled.types[step.node_key].is_loop and step.state == StepState.RUNNING:
            loops.restore(place, step)
    machine.kept = {
        place: step for place, step in latest.items()
        if step.reused_from is not None and place not in machine.progress.started
    }  # fmt: skip
    waits = {wait.step_id: wait for wait in recorded.waits}
    for place in left:
        _take_up(machine, loops, place, latest.get(place), waits, recorded.answers)


def pass_by(machine: Carrier, place: Place, step: StepRow) -> None:
    """The run has come to what it keeps of the run that it repeats, such as a later item of a loop."""
    fact = _fact(machine, step)
    if fact.port is not None:
        machine.follow(decide.settle(machine.progress, place, fact.port))
    elif fact.total is not None:
        machine.follow(decide.expand(machine.progress, place, fact.total, fact.concurrency))
    elif (owner := decide.owner_of(machine.compiled.graph, place)) is not None:
        following, unsettled = decide.abandon(machine.progress, *owner)
        for lost in unsettled:
            machine.drop(lost)
        machine.follow(following)


def _attempt(step: StepRow) -> int:
    return step.attempt


def _fact(machine: Carrier, step: StepRow) -> Fact:
    if step.port is not None:
        return Fact(step.port)
    if machine.compiled.types[step.node_key].is_loop and step.state == StepState.RUNNING:
        return Fact(total=len(step.output["items"]), concurrency=step.output["concurrency"])
    return Fact(abandoned=step.state == StepState.FAILED)


def _take_up(
    machine: Carrier,
    loops: Loops,
    place: Place,
    step: StepRow | None,
    waits: dict[UUID, Waiting],
    answers: dict[UUID, Any],
) -> None:
    if place in machine.progress.loops:
        loops.finish(place)
    elif step is None:
        machine.ready.append(place)
    elif step.state == StepState.WAITING:
        wait = waits.get(step.id)
        if wait is None:
            message = f"the step {place} waits, but for nothing"  # going on would pass it over in silence
            raise RuntimeError(message)
        if wait.id in answers:
            machine.resume(step, wait, Signal("resolved", answers[wait.id]))
        elif wait.state == WaitState.FIRED:
            machine.resume(step, wait, Signal("due"))
        else:
            machine.parked[place] = step
    elif step.state == StepState.RUNNING:
        _take_up_intent(machine, place, step)


def _take_up_intent(machine: Carrier, place: Place, step: StepRow) -> None:
    """An effect whose intent is written. At its own epoch nobody has performed it; later, nobody knows."""
    node_type = machine.compiled.types[step.node_key]
    known = step.intent_epoch is None or (step.intent_epoch >= machine.run.epoch and step.id not in machine.performed)
    if known or node_type.effect is not Effect.OUTSIDE or node_type.is_keyed(step.input or {}):
        machine.start(place, step)
        return
    unknown = Fail(
        "effect.unknown",
        gettext(
            "The worker died while this step was calling out. Nobody knows whether the call arrived, and "
            "the target takes no key that would make a repeat safe."
        ),
        unknown=True,
    )
    machine.apply(step, unknown)
