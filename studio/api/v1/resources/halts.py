"""Pausing workflows, stopping everything, letting it go on."""

from datetime import UTC
from uuid import UUID

from studio.api.v1.operations import operation
from studio.api.v1.shapes.halts import Dropped, Pause, PauseState, Resume, Stop, StopState
from studio.builder.service import whole
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.halts import pausing, reading, stopping
from studio.runtime.halts.asking import Wanted
from studio.runtime.halts.outcomes import Events, Under
from studio.runtime.models import Workflow

TAG = "Workflows"
ONE = "/workflows/<uuid:workflow_id>"


@operation("GET", f"{ONE}/pause", tag=TAG, needs="workflow.read", answer=PauseState)
def get_pause(uow: UnitOfWork, workflow_id: UUID) -> PauseState:
    """Whether a workflow is paused, by whom and why, and what has gathered."""
    return _pause_state(uow, whole.get(uow, workflow_id))


@operation("PUT", f"{ONE}/pause", tag=TAG, needs="workflow.publish", body=Pause, answer=PauseState)
def pause_workflow(uow: UnitOfWork, workflow_id: UUID, body: Pause) -> PauseState:
    """Pause a workflow, or change how it is paused. Webhooks are answered 202 with `held`, or 409 with the reason."""
    if body.until is not None and body.until.tzinfo is None:
        raise InvalidInput(_("Say of which time zone it is."), field="until", code="halt.zone")
    until = body.until.astimezone(UTC) if body.until is not None else None
    workflow = whole.get(uow, workflow_id)
    pausing.pause(uow, workflow, Wanted(body.reason, Events(body.events), Under(body.runs), until))
    return _pause_state(uow, workflow)


@operation("POST", f"{ONE}/resume", tag=TAG, needs="workflow.publish", body=Resume, answer=PauseState, conflicts=True)
def resume_workflow(uow: UnitOfWork, workflow_id: UUID, body: Resume) -> PauseState:
    """Let a workflow go on. Parked runs, then held events, go on in their order, spread over time."""
    workflow = whole.get(uow, workflow_id)
    pausing.resume(uow, workflow, body.over_s)
    return _pause_state(uow, workflow)


@operation("POST", f"{ONE}/drop-held", tag=TAG, needs="workflow.publish", answer=Dropped, conflicts=True)
def drop_held_events(uow: UnitOfWork, workflow_id: UUID) -> Dropped:
    """Drop the events that a pause holds: they start nothing, and say so."""
    return Dropped(events=pausing.drop(uow, whole.get(uow, workflow_id)))


@operation("GET", "/workspace/stop", tag="Workspace", needs="workflow.read", answer=StopState)
def get_stop(uow: UnitOfWork) -> StopState:
    """Whether everything is stopped."""
    return _stop_state(uow)


@operation("PUT", "/workspace/stop", tag="Workspace", needs="workspace.stop", body=Stop, answer=StopState,
           conflicts=True)  # fmt: skip
def stop_everything(uow: UnitOfWork, body: Stop) -> StopState:
    """Stop everything: nothing goes out any more, runs are parked, events held or refused.

    401 until its person has proved who they are for just this.
    """
    stopping.stop(uow, Wanted(body.reason, Events(body.events)))
    return _stop_state(uow)


@operation("POST", "/workspace/start", tag="Workspace", needs="workspace.stop", body=Resume, answer=StopState,
           conflicts=True)  # fmt: skip
def start_everything(uow: UnitOfWork, body: Resume) -> StopState:
    """Let everything go on, what has gathered spread over time. Paused workflows stay paused.

    401 until its person has proved who they are for just this.
    """
    stopping.start(uow, body.over_s)
    return _stop_state(uow)


def _pause_state(uow: UnitOfWork, workflow: Workflow) -> PauseState:
    row, found = pausing.of(uow, workflow), reading.backlog(uow, workflow.id)
    if row is None:
        return PauseState(
            state="running", reason=None, events=None, runs=None, by=None, since=None, until=None,
            held_events=found.events, parked_runs=found.runs, total=0, released=0,
        )  # fmt: skip
    return PauseState(
        state="paused" if row.resumed_at is None else "catching_up", reason=row.reason, events=Events(row.events).value,
        runs="park" if row.parks else "finish", by=row.by_name, since=row.since, until=row.until,
        held_events=found.events, parked_runs=found.runs, total=row.total, released=min(row.released, row.total),
    )  # fmt: skip


def _stop_state(uow: UnitOfWork) -> StopState:
    row, found, going = stopping.current(uow), reading.backlog(uow), reading.progress(uow)
    return StopState(
        stopped=row is not None, reason=row.reason if row else None, events=Events(row.events).value if row else None,
        by=row.by_name if row else None, since=row.since if row else None, held_events=found.events,
        parked_runs=found.runs, catching_up=going.workflows if going else 0, total=going.total if going else 0,
        released=going.released if going else 0,
    )  # fmt: skip
