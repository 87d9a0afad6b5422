"""What people do to runs: cancel, re-run, annotate."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import select

from studio.audit import Target, record
from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.compiled import Compiled
from studio.runtime.flow.control import FREE, Keys
from studio.runtime.ledger.payloads import blob_of, mark
from studio.runtime.models import IN_ORDER, Blob, Run, Step, TriggerSubscription, Workflow
from studio.runtime.outcomes import ENDED, STUCK, Lane, Mode, RunState, StepState
from studio.runtime.service.children import hand_over, tell_caller
from studio.runtime.service.ending import Withdraw, end
from studio.runtime.service.replay_plan import Kept, plan
from studio.runtime.service.starts import Hint, counted, hinted, keys_of
from studio.runtime.waits import RunWaits

BEHIND = 1
"""Added to the priority of a repeated run: thousands of them must not keep new events waiting."""


def _unannounced() -> None:
    """The sweeper finds the run that waited for it."""


def cancel(
    uow: UnitOfWork, run: Run, withdraw: Withdraw, reason: str = "", *, hint: Callable[[], None] = _unannounced
) -> None:
    """End a run now. What it waits for is withdrawn; a worker that is in the middle of it is fenced off.

    A run that called it and waits for it goes on; `hint` announces that.
    """
    locked = end(uow, run, withdraw, _why(uow, reason))
    tell_caller(uow, RunWaits(hint), locked)
    record(uow, "run.cancelled", targets=[target(locked)], metadata={"reason": reason})


def _why(uow: UnitOfWork, reason: str) -> str:
    """What those read whom the run had asked: who ended it, where that was a person, and why."""
    if uow.actor.user_id is None:
        return reason or str(_("The run was cancelled."))
    who = _("%(name)s cancelled the run.", name=uow.actor.name)
    return f"{who} {reason}".strip()


def rerun(
    uow: UnitOfWork,
    run: Run,
    versions: Callable[[UUID, UUID], Compiled],
    hint: Hint,
    *,
    from_step: str | None = None,
    newest: bool = False,
    withdraw: Withdraw = MappingProxyType({}),
) -> Run:
    """Make a new run linked to an old one: from the beginning, or from a step with the earlier outputs kept.

    Effect keys travel along, so a repeated effect with unchanged content is the same effect to its target. One that
    needed a person needs nobody any more: it ends, what it waited for is withdrawn, and a run that waits for its result
    waits for the new one's.

    Raises Conflict while the old run is going, InvalidInput where the step cannot be started from.
    """
    if run.state not in (*ENDED, *STUCK):
        raise Conflict(_("The run is still going. Cancel it first, or wait for its end."), code="run.going",
                       resource=f"run:{run.id}")  # fmt: skip
    version_id = run.version_id
    if newest:
        workflow = tenancy.get(uow.session, Workflow, run.workflow_id, "workflow")
        version_id = workflow.published_version_id or run.version_id
    steps = list(uow.session.scalars(select(Step).where(Step.run_id == run.id).order_by(*IN_ORDER)))
    graph = versions(uow.workspace, version_id).graph
    if run.trigger_node not in graph.nodes:
        raise InvalidInput(_("That version no longer has the trigger that started this run."), code="rerun.trigger",
                           field="version")  # fmt: skip
    kept = plan(graph, steps, from_step)
    stuck = run.state in STUCK
    if stuck:
        end(uow, run, withdraw, _("It was started again as a new run."))
    again = _copy(uow, run, version_id, from_step, kept, steps)
    keys = _count(uow, again)
    if stuck:
        hand_over(uow, run, again)
    uow.session.add(again)
    _keep(uow, again, kept)
    record(
        uow,
        "run.rerun",
        targets=[target(run)],
        metadata={"new_run": str(again.id), "from_step": from_step or "", "newest_version": newest},
    )
    uow.after_commit(hinted(hint, keys))
    return again


def _count(uow: UnitOfWork, again: Run) -> Keys:
    """A repeated run takes its turn behind new events, by the limits that are published now."""
    found = select(TriggerSubscription).where(
        TriggerSubscription.workflow_id == again.workflow_id, TriggerSubscription.node_key == again.trigger_node
    )
    trigger = uow.session.scalars(found).one_or_none()
    if trigger is None:
        again.priority = BEHIND
        return FREE
    keys = keys_of(uow, trigger, again.input)
    for name, value in counted(trigger, keys).items():
        setattr(again, name, value)
    again.priority += BEHIND
    return keys


def _copy(uow: UnitOfWork, run: Run, version_id: UUID, from_step: str | None, kept: Kept, steps: list[Step]) -> Run:
    fresh = not (kept.steps or kept.loops)
    carried: dict[str, Any] = {
        f"{step.node_key}|{step.path}": {"key": step.effect_key, "fingerprint": step.fingerprint}
        for step in steps
        if step.effect_key and step.state in (StepState.FAILED, StepState.NEEDS_REVIEW, StepState.CANCELLED,
                                              StepState.RUNNING)
    }  # fmt: skip
    return Run(
        id=new_id(), workflow_id=run.workflow_id, version_id=version_id, event_id=run.event_id,
        trigger_node=run.trigger_node, state=RunState.QUEUED, mode=Mode.LIVE, lane=Lane.MAIN, input=run.input,
        title=run.title, available_at=uow.now, created_at=uow.now, rerun_of=run.id, rerun_from=from_step,
        carried=carried or None, fresh=fresh,
    )  # fmt: skip


def _keep(uow: UnitOfWork, again: Run, kept: Kept) -> None:
    """Copy what is kept, large outputs too: the old run may be let go of before the new one ends."""
    copies = [_kept_step(uow, again, step) for step in kept.steps]
    for step in kept.loops:
        copies.append(_kept_step(uow, again, step))
        copies[-1].state, copies[-1].finished_at = StepState.RUNNING, None
    large = {blob_id: copy for copy in copies if (blob_id := blob_of(copy.output)) is not None}
    for blob in uow.session.scalars(select(Blob).where(Blob.id.in_(large))):
        copied = Blob(id=new_id(), run_id=again.id, data=blob.data)
        uow.session.add(copied)
        large[blob.id].output = mark(copied.id, large[blob.id].output)
    uow.session.add_all(copies)


def _kept_step(uow: UnitOfWork, again: Run, step: Step) -> Step:
    return Step(
        id=new_id(), run_id=again.id, node_key=step.node_key, path=step.path, attempt=step.attempt, state=step.state,
        type=step.type, port=step.port, input=step.input, output=step.output, error=step.error, note=step.note,
        reused_from=step.id, started_at=step.started_at, finished_at=step.finished_at or uow.now,
    )  # fmt: skip


def target(run: Run) -> Target:
    """How the audit trail names it."""
    return Target("run", str(run.id), run.title or str(run.id), personal=True)
