"""A version that takes a share of the events first, beside the one that takes the others."""

from uuid import UUID

from studio.api.v1.blueprint import keyring
from studio.api.v1.operations import operation
from studio.api.v1.resources.drafts import TAG, in_document
from studio.api.v1.shapes import workflows as shapes
from studio.builder.service import whole
from studio.core.errors import NotFound
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import VersionStage
from studio.runtime.service import staging as service
from studio.runtime.stages import reading
from studio.runtime.stages.policy import Figures, Rule

STAGE = "/workflows/<uuid:workflow_id>/stage"


@operation("GET", STAGE, tag=TAG, needs="workflow.read", answer=shapes.Stage)
def get_stage(uow: UnitOfWork, workflow_id: UUID) -> shapes.Stage:
    """Both versions side by side; where none is being staged, the last that was. 404 where none ever was."""
    workflow = whole.get(uow, workflow_id)
    found = reading.current(uow, workflow.id) or next(iter(reading.past(uow, workflow.id, 1)), None)
    if found is None:
        raise NotFound(_("No version of this workflow was staged."), resource=f"workflow:{workflow.id}")
    return _view(uow, found)


@operation("POST", STAGE, tag=TAG, needs="workflow.publish", body=shapes.StageWish, answer=shapes.Stage, status=201,
           conflicts=True)  # fmt: skip
def begin_stage(uow: UnitOfWork, workflow_id: UUID, body: shapes.StageWish) -> shapes.Stage:
    """Publish the draft to a share of the events, after the same checks as a publishing to all.

    An event's key decides which version it starts. 422 where nothing runs yet, or where the draft begins with other
    triggers or limits; 409 where another version is being staged.
    """
    workflow = whole.get(uow, workflow_id)
    wish = service.Wish(body.share, Rule(body.min_runs, body.points))
    with in_document():
        whole.publish(uow, keyring(), workflow, body.revision, body.note, wish)
    return get_stage(uow, workflow_id)


@operation("PATCH", STAGE, tag=TAG, needs="workflow.publish", body=shapes.StageShare, answer=shapes.Stage,
           conflicts=True)  # fmt: skip
def change_stage(uow: UnitOfWork, workflow_id: UUID, body: shapes.StageShare) -> shapes.Stage:
    """Let the new version take more of the events, or fewer."""
    return _view(uow, whole.change_share(uow, whole.get(uow, workflow_id), body.share))


@operation("POST", f"{STAGE}/take", tag=TAG, needs="workflow.publish", answer=shapes.Stage, conflicts=True)
def take_stage(uow: UnitOfWork, workflow_id: UUID) -> shapes.Stage:
    """Let every event start the new version from now on."""
    return _view(uow, whole.take_to_everybody(uow, keyring(), whole.get(uow, workflow_id)))


@operation("POST", f"{STAGE}/back", tag=TAG, needs="workflow.publish", answer=shapes.Stage, conflicts=True)
def take_stage_back(uow: UnitOfWork, workflow_id: UUID) -> shapes.Stage:
    """Let every event start the version from before. Runs of the new one go on."""
    return _view(uow, service.take_back(uow, whole.get(uow, workflow_id)))


def _view(uow: UnitOfWork, stage: VersionStage) -> shapes.Stage:
    found = reading.side_by_side(uow, stage)
    return shapes.Stage(
        share=stage.share,
        new=_figures(stage.number, found.new),
        old=_figures(stage.before_number, found.old),
        min_runs=stage.min_runs,
        points=stage.points,
        started_at=stage.started_at,
        started_by=stage.started_by_name,
        ended_at=stage.ended_at,
        outcome=stage.outcome,
    )


def _figures(number: int, found: Figures) -> shapes.VersionFigures:
    return shapes.VersionFigures(
        number=number, runs=found.runs, completed=found.completed, failed=found.failed, failing=found.failing
    )
