"""A run as answers show it."""

from studio.api.v1.shapes import runs as shapes
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.history.detail import Attempt, RunDetail, StepView, payload, wait_target
from studio.runtime.outcomes import RunState


def detail_of(uow: UnitOfWork, found: RunDetail) -> shapes.RunDetail:
    """Everything about one run."""
    run = found.run
    return shapes.RunDetail(
        id=run.id,
        title=run.title,
        state=RunState(run.state),
        workflow_id=run.workflow_id,
        workflow_name=found.workflow.name,
        version=found.version.number,
        version_id=run.version_id,
        mode=run.mode,
        trigger=run.trigger_node,
        input=payload(uow, run.input),
        waiting_for=run.waiting_for,
        error=run.error,
        rerun_of=run.rerun_of,
        rerun_from=run.rerun_from,
        reruns=[again.id for again in found.reruns],
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        steps=[_step(uow, step, attempt) for step in found.steps for attempt in step.attempts],
        steps_cut=found.cut,
        notes=[shapes.NoteView.model_validate(note) for note in found.notes],
    )


def _step(uow: UnitOfWork, step: StepView, attempt: Attempt) -> shapes.StepLine:
    row = attempt.row
    return shapes.StepLine(
        id=row.id,
        node=step.key,
        name=step.name,
        type=row.type,
        path=row.path,
        attempt=row.attempt,
        state=row.state,
        port=row.port,
        note=row.note,
        input=payload(uow, row.input),
        output=payload(uow, row.output),
        error=row.error,
        approval_id=wait_target(attempt.wait),
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
