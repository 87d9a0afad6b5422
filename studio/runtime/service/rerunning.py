"""Running something again, as a new run that is linked to the old one: exactly what a plan said, or nothing."""

from types import MappingProxyType

from sqlalchemy import select

from studio.audit import record
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import new_id
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.flow.control import FREE, Keys
from studio.runtime.ledger.payloads import pack
from studio.runtime.ledger.rows import StepRow
from studio.runtime.models import Blob, Run, Step, TriggerSubscription
from studio.runtime.outcomes import STUCK, Lane, Mode, RunState
from studio.runtime.rerun.facts import Past
from studio.runtime.rerun.planner import Plan
from studio.runtime.rerun.reading import Payload
from studio.runtime.rerun.rows import Recorded, rows_of
from studio.runtime.service.children import hand_over
from studio.runtime.service.ending import Withdraw, end_stuck
from studio.runtime.service.rerun_plan import Look, Versions, Wish, look, payloads_of
from studio.runtime.service.runs import target
from studio.runtime.service.starts import Hint, counted, hinted, keys_of

BEHIND = 1
"""Added to the priority of a repeated run: thousands of them must not keep new events waiting."""


def rerun(
    uow: UnitOfWork, run: Run, versions: Versions, hint: Hint, wish: Wish, *, seen: str | None,
    withdraw: Withdraw = MappingProxyType({}),
) -> Run:  # fmt: skip
    """Make the new run. `seen` is the hash of the plan that somebody looked at; None: nobody has.

    Effect keys travel along, so a repeated effect with unchanged content is the same effect to its target. A run that
    needed a person needs nobody any more: it ends, what it waited for is withdrawn, and a run that waits for its result
    waits for the new one's.

    Raises what look() raises; Conflict where the plan does not hold any more, or would repeat what has happened and
    nobody has seen it; InvalidInput where something is in the way.
    """
    stuck = run.state in STUCK
    if not stuck:  # it waits for nothing, so that nobody holds what it waits for: two re-runs come one after the other
        uow.session.get(Run, run.id, with_for_update=True, populate_existing=True)
    found = look(uow, run, versions, wish)
    _may_be(run, found, seen)
    if stuck:
        end_stuck(uow, run, withdraw, _("It was started again as a new run."))
    again = _made(uow, run, found, wish)
    keys = _count(uow, again)
    if stuck:
        hand_over(uow, run, again)
    uow.session.add(again)
    _keep(uow, again, found)
    made = found.plan
    record(uow, "run.rerun", targets=[target(run)], metadata={
        "new_run": str(again.id), "from_step": wish.from_step or "", "item": wish.path, "newest_version": wish.newest,
        "chosen_repeat": bool(made.again), "edited": wish.edited is not None, "plan": seen,
        "skipped": sorted({node for node, _path in wish.given}) or None,
    })  # fmt: skip
    uow.after_commit(hinted(hint, keys))
    return again


def _may_be(run: Run, found: Look, seen: str | None) -> None:
    resource = f"run:{run.id}"
    refuse(found.plan)
    if seen is not None and seen != found.hash:
        raise Conflict(_("What would happen is not what the plan said any more. Nothing was started: look at the plan "
                         "again."), code="rerun.plan_changed", resource=resource)  # fmt: skip
    if seen is None and found.must_be_seen:
        raise Conflict(_("That would repeat what has happened already. Nothing was started: look at the plan first, "
                         "and run it under its hash."), code="rerun.plan_needed", resource=resource)  # fmt: skip


def refuse(plan: Plan) -> None:
    """Raise InvalidInput with everything that is in a plan's way; nothing where it can be run."""
    if plan.problems:
        first = plan.problems[0]
        raise InvalidInput(first.message, code=first.code, problems=plan.problems)
    if plan.in_doubt:
        names = ", ".join(f"“{plan.facts.graph.nodes[past.node].name}”" for past in plan.in_doubt[:5])
        raise InvalidInput(_("Nobody knows whether the call of %(steps)s arrived. Find out and say so: it arrived, or "
                             "try it again.", steps=names), code="rerun.in_doubt", field="settle")  # fmt: skip


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


def _made(uow: UnitOfWork, run: Run, found: Look, wish: Wish) -> Run:
    fresh = not (found.plan.kept or found.plan.loops or found.plan.given)
    return Run(
        id=new_id(), workflow_id=run.workflow_id, version_id=found.compiled.version_id, event_id=run.event_id,
        trigger_node=run.trigger_node, state=RunState.QUEUED, mode=Mode.LIVE, lane=Lane.MAIN, input=found.data,
        title="" if fresh and wish.edited is not None else run.title, available_at=uow.now, created_at=uow.now,
        rerun_of=run.id, rerun_from=wish.from_step, carried=found.plan.carried or None, fresh=fresh,
    )  # fmt: skip


def _keep(uow: UnitOfWork, again: Run, found: Look) -> None:
    """Copy what is kept, large outputs too: the old run may be let go of before the new one ends."""
    made = found.plan
    wanted = {past.id for past in (*made.kept, *made.loops)}
    wanted |= {past.id for place in made.given if (past := made.facts.past.get(place)) is not None}
    payloads = payloads_of(uow, list(wanted))

    def whole(past: Past) -> tuple[Recorded, Payload]:
        return found.steps[past.id], payloads[past.id]

    for row in rows_of(made, whole, again.id, uow.workspace, uow.now, uow.actor.name):
        uow.session.add_all(_written(row))


def _written(row: StepRow) -> tuple[Step | Blob, ...]:
    output, blob = pack(row.output)
    step = Step(
        id=row.id, run_id=row.run_id, node_key=row.node_key, path=row.path, attempt=row.attempt, state=row.state,
        type=row.type, port=row.port, input=row.input, output=output, error=row.error, note=row.note,
        reused_from=row.reused_from, started_at=row.started_at, finished_at=row.finished_at,
    )  # fmt: skip
    return (step,) if blob is None else (step, Blob(id=blob[0], run_id=row.run_id, data=blob[1]))
