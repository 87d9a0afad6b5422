"""A step waits: for somebody or something, or for its next attempt."""

from studio.contract.graph import Node
from studio.contract.results import Fail, Signal, Wait
from studio.core import rng
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.runtime.engine.machine import backoff
from studio.runtime.engine.machine.carrier import Carrier
from studio.runtime.engine.machine.starting import new_step
from studio.runtime.ledger.rows import StepRow, Waiting
from studio.runtime.outcomes import StepState


def park(machine: Carrier, step: StepRow, wait: Wait) -> None:
    """Write down what a step waits for. A simulated one waits for nothing."""
    run, detail = machine.run, wait.detail if isinstance(wait.detail, dict) else None
    match = detail.get("match") if detail else None
    row = Waiting(
        wait.wait_id, run.id, run.workspace_id, step.id, step.node_key, step.path, wait.kind, machine.now,
        match=match, due_at=wait.due_at, note=wait.note, detail=wait.detail,
    )  # fmt: skip
    step.state, step.wait_id, step.note = StepState.WAITING, wait.wait_id, wait.note
    machine.memory.add_wait(row)
    machine.parked[step.place] = step
    if machine.simulation is not None:
        machine.resume(step, row, Signal("due"))


def retry(machine: Carrier, step: StepRow, node: Node, failure: Fail) -> None:
    """Let the next attempt of a step that has failed wait for its time."""
    due = machine.now + backoff.pause(node.retry, step.attempt, failure, rng.jitter)
    following = new_step(machine, node, step.place, attempt=step.attempt + 1)
    following.effect_key, following.fingerprint = step.effect_key, step.fingerprint
    words = _("Attempt %(attempt)s of %(attempts)s", attempt=following.attempt, attempts=node.retry.attempts)
    if failure.not_called:
        words = _("Attempt %(attempt)s, when calls there may go out again", attempt=following.attempt)
    wait = Wait(new_id(), "retry", due, note=words)
    if machine.simulation is not None:
        machine.start(step.place, following)
    else:
        park(machine, following, wait)
