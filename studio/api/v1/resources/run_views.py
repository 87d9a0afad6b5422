"""A run as answers show it."""

from studio.api.v1.shapes import runs as shapes
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import labels
from studio.runtime.history.detail import Attempt, RunDetail, StepView, wait_target
from studio.runtime.history.payloads import Exchange, exchanges, payload
from studio.runtime.history.turns import held
from studio.runtime.outcomes import RunState

INLINE_BYTES = 2_097_152
"""JSON of all steps' inputs and outputs together that an answer carries."""


def detail_of(uow: UnitOfWork, found: RunDetail) -> shapes.RunDetail:
    """Everything about one run."""
    waits = held(uow, [found.run.id], exactly=True).get(found.run.id)
    run, shown = found.run, exchanges(uow, found.run.id, INLINE_BYTES)
    return shapes.RunDetail(
        id=run.id,
        title=run.title,
        state=RunState(run.state),
        workflow_id=run.workflow_id,
        workflow_name=found.workflow.name,
        version=found.version.number,
        version_id=run.version_id,
        mode=run.mode,
        held=shapes.HeldView.model_validate(waits) if waits is not None else None,
        trigger=run.trigger_node,
        input=run.input,
        waiting_for=run.waiting_for,
        error=run.error,
        rerun_of=run.rerun_of,
        rerun_from=run.rerun_from,
        reruns=[again.id for again in found.reruns],
        parent_run_id=run.parent_run_id,
        called=[one.id for one in found.called],
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        steps=[_step(step, attempt, shown.get(attempt.row.id)) for step in found.steps for attempt in step.attempts],
        steps_cut=found.cut,
        notes=[shapes.NoteView.model_validate(note) for note in found.notes],
        labels=labels.of_run(uow, run.id),
    )


def step_of(uow: UnitOfWork, step: StepView, attempt: Attempt) -> shapes.StepLine:
    """One attempt of a step, with everything that it got and gave."""
    return _step(step, attempt, Exchange(payload(uow, attempt.row.input), payload(uow, attempt.row.output)))


def _step(step: StepView, attempt: Attempt, shown: Exchange | None) -> shapes.StepLine:
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
        input=shown.input if shown else None,
        output=shown.output if shown else None,
        payloads_left_out=shown is None,
        error=row.error,
        approval_id=wait_target(attempt.wait),
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
