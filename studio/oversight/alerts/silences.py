"""Finds workflows that have gone silent. Reads alone; whoever opens alerts gets a report, as of everything else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, Uuid, column, exists, func, or_, select, values
from sqlalchemy.orm import aliased

from studio.audit.models import AuditEvent, AuditTarget
from studio.contract import alerting
from studio.core.ids import first_id_at
from studio.core.unit_of_work import UnitOfWork
from studio.oversight.alerts import silence
from studio.oversight.alerts.tables import Alert
from studio.runtime.models import Halt, Run, TriggerSubscription, Workflow
from studio.runtime.outcomes import Mode

KIND = "trigger.silent"
BY_HAND = ("trigger.manual", "trigger.called")
"""Nobody waits for what people or other workflows start."""
MOST = 1_000
"""Workflows of a workspace that are looked at."""
AT_ONCE = 50
"""Habits that are learnt in one look; the others' turn comes with the next."""
TURNED_ON = ("workflow.enabled", "workflow.resumed", "workflow.published", "workspace.started")


@dataclass(frozen=True, slots=True)
class Habit:
    """What is known of a workflow after its newest run."""

    run_id: UUID
    usual: timedelta | None


Known = dict[UUID, Habit]
"""By workflow: a habit is learnt once a run, not at every look."""


def look(uow: UnitOfWork, known: Known) -> list[tuple[UUID, Habit, datetime]]:
    """Workflows that are silent now, with their habit and when they last ran. What is learnt is left in `known`."""
    quiet = [(workflow_id, run_id, at) for workflow_id, run_id, at in _newest(uow) if uow.now - at >= silence.HOUR]
    fresh = [one for one in quiet if one[0] not in known or known[one[0]].run_id != one[1]]
    for workflow_id, run_id, at in fresh[:AT_ONCE]:
        known[workflow_id] = Habit(run_id, silence.usual(_hours(uow, workflow_id, at)))
    found = []
    for workflow_id, run_id, at in quiet:
        habit = known.get(workflow_id)
        if habit is None or habit.run_id != run_id or habit.usual is None:
            continue
        if silence.silent_from(at, habit.usual) <= uow.now:
            found.append((workflow_id, habit, at))
    return _of_late(uow, _untold(uow, found))


def report(uow: UnitOfWork, found: Iterable[tuple[UUID, Habit, datetime]]) -> None:
    """Leave word of them: one job for each silence, whoever finds it."""
    for workflow_id, habit, at in found:
        usual_s = int(habit.usual.total_seconds()) if habit.usual is not None else 0
        facts = {"run_id": str(habit.run_id), "last": at.isoformat(), "usual_s": usual_s}
        alerting.report(uow, KIND, workflow_id, facts, mark=str(habit.run_id))


def watched(workflow_id: UUID | None = None) -> Select[UUID]:
    """Workflows that are on, that stand still for nobody, and that something outside starts."""
    starts = exists().where(
        TriggerSubscription.workflow_id == Workflow.id, TriggerSubscription.active,
        TriggerSubscription.type.not_in(BY_HAND),
    )  # fmt: skip
    still = exists().where(or_(Halt.scope_id == Workflow.id, Halt.scope_id == Workflow.workspace_id))
    query = select(Workflow.id).where(Workflow.enabled, Workflow.archived_at.is_(None), starts, ~still)
    return query.where(Workflow.id == workflow_id) if workflow_id is not None else query


def started(workflow_id: UUID) -> Select[UUID]:
    """Runs that a trigger has started, the newest first."""
    return (
        select(Run.id)
        .where(Run.workflow_id == workflow_id, Run.mode == Mode.LIVE)
        .where(Run.rerun_of.is_(None), Run.parent_run_id.is_(None))
        .order_by(Run.id.desc())
    )


def _newest(uow: UnitOfWork) -> Sequence[tuple[UUID, UUID, datetime]]:
    """The newest run of each, by its own index."""
    run = aliased(Run)
    newest = (
        select(run.id)
        .where(run.workflow_id == Workflow.id, run.workspace_id == Workflow.workspace_id, run.mode == Mode.LIVE)
        .where(run.rerun_of.is_(None), run.parent_run_id.is_(None))
        .order_by(run.id.desc())
        .limit(1)
        .correlate(Workflow)
        .scalar_subquery()
    )
    query = select(Workflow.id, Run.id, Run.created_at).join(Run, Run.id == newest)
    rows = uow.session.execute(query.where(Workflow.id.in_(watched())).order_by(Workflow.id).limit(MOST))
    return [(row[0], row[1], row[2]) for row in rows]


def _hours(uow: UnitOfWork, workflow_id: UUID, until: datetime) -> list[datetime]:
    """The hours before its newest run in which runs of it began: one look into the index for each hour."""
    end = until.replace(minute=0, second=0, microsecond=0)
    starts = [end - silence.HOUR * back for back in range(int(silence.WINDOW / silence.HOUR), -1, -1)]
    ids = [(first_id_at(one), first_id_at(one + silence.HOUR)) for one in starts]
    bounds = values(column("low", Uuid()), column("high", Uuid()), name="hours").data(ids).cte("hours")
    run = aliased(Run)
    ran = exists().where(
        run.workspace_id == uow.workspace, run.workflow_id == workflow_id, run.id >= bounds.c.low,
        run.id < bounds.c.high, run.mode == Mode.LIVE, run.rerun_of.is_(None), run.parent_run_id.is_(None),
    )  # fmt: skip
    found = set(uow.session.scalars(select(bounds.c.low).where(ran)))
    return [one for one in starts if first_id_at(one) in found]


def _untold(uow: UnitOfWork, found: Sequence[tuple[UUID, Habit, datetime]]) -> list[tuple[UUID, Habit, datetime]]:
    """Without those whose silence has its alert, however it ended: it is told once."""
    ids = [workflow_id for workflow_id, _habit, _at in found]
    query = select(Alert.thing_id, Alert.facts).where(Alert.kind == KIND, Alert.thing_id.in_(ids))
    told = {(row[0], row[1].get("run_id")) for row in uow.session.execute(query)} if ids else set()
    return [one for one in found if (one[0], str(one[1].run_id)) not in told]


def _of_late(uow: UnitOfWork, found: Sequence[tuple[UUID, Habit, datetime]]) -> list[tuple[UUID, Habit, datetime]]:
    """Without those that were turned on of late: they have as long as after a run."""
    if not found:
        return []
    about = [*(str(workflow_id) for workflow_id, _habit, _at in found), str(uow.workspace)]
    query = (
        select(AuditTarget.target_id, func.max(AuditEvent.occurred_at))
        .join(AuditEvent, AuditEvent.id == AuditTarget.event_id)
        .where(AuditTarget.type.in_(("workflow", "workspace")), AuditTarget.target_id.in_(about))
        .where(AuditEvent.action.in_(TURNED_ON))
        .group_by(AuditTarget.target_id)
    )
    turned_on = {row[0]: row[1] for row in uow.session.execute(query)}
    whole = turned_on.get(str(uow.workspace))
    left = []
    for workflow_id, habit, at in found:
        begun = max(one for one in (at, whole, turned_on.get(str(workflow_id))) if one is not None)
        if habit.usual is not None and silence.silent_from(begun, habit.usual) <= uow.now:
            left.append((workflow_id, habit, at))
    return left
