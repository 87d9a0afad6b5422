"""The end of a stage: triggers forget the other version, its figures are kept, the audit trail says how it ended."""

from dataclasses import asdict

from sqlalchemy import update

from studio.audit import Target, record
from studio.core.unit_of_work import UnitOfWork
from studio.runtime.models import TriggerSubscription, VersionStage, Workflow
from studio.runtime.stages import reading
from studio.runtime.stages.policy import Outcome
from studio.runtime.stages.reading import SideBySide


def end(uow: UnitOfWork, workflow: Workflow, outcome: Outcome) -> SideBySide | None:
    """Runs that exist keep their version. None: no stage was going on. Lock the workflow first."""
    stage = reading.current(uow, workflow.id, lock=True)
    if stage is None:
        return None
    found = reading.side_by_side(uow, stage)
    stage.outcome, stage.ended_at, stage.ended_by_name = outcome.value, uow.now, uow.actor.name[:200]
    stage.figures = {"new": asdict(found.new), "old": asdict(found.old)}
    uow.session.flush()
    point(uow, workflow, None)
    record(
        uow,
        "workflow.stage_ended",
        targets=[Target("workflow", str(workflow.id), workflow.name)],
        metadata={
            "version": stage.number, "outcome": outcome.value, "share": stage.share, "failed": found.new.failed,
            "ended": found.new.ended,
        },
    )  # fmt: skip
    return found


def point(uow: UnitOfWork, workflow: Workflow, stage: VersionStage | None) -> None:
    """Let the published version's triggers choose by a stage, or start that version alone."""
    mine = update(TriggerSubscription).where(TriggerSubscription.workflow_id == workflow.id)
    if stage is not None:
        mine = mine.where(TriggerSubscription.version_id == workflow.published_version_id)
    values = {
        "staged_version_id": stage.version_id if stage is not None else None,
        "staged_share": stage.share if stage is not None else 0,
    }
    uow.session.execute(mine.values(**values).execution_options(synchronize_session="fetch"))
