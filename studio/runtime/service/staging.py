"""Publish a version to a share of the events, change the share, take it to everybody, take it back."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from studio.audit import record
from studio.core.crypto import Keyring
from studio.core.errors import Conflict, FieldProblem, InvalidInput
from studio.core.figures import separated
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.models import VersionStage, Workflow, WorkflowVersion
from studio.runtime.service import subscriptions, workflows
from studio.runtime.stages import ending, reading
from studio.runtime.stages.policy import (
    LEAST_SHARE,
    MOST_MIN_RUNS,
    MOST_POINTS,
    MOST_SHARE,
    Outcome,
    Rule,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How a version begins."""

    share: int
    """Percent of the events, 1 to 99."""
    rule: Rule = field(default_factory=Rule)

    def check(self) -> None:
        """Raises InvalidInput with the fields that are out of bounds."""
        bounds = (
            ("share", self.share, LEAST_SHARE, MOST_SHARE), ("min_runs", self.rule.min_runs, 1, MOST_MIN_RUNS),
            ("points", self.rule.points, 1, MOST_POINTS),
        )  # fmt: skip
        found = [
            FieldProblem(name, "stage.bounds", _("From %(least)s to %(most)s.", least=least, most=separated(most)))
            for name, value, least, most in bounds
            if not least <= value <= most
        ]
        if found:
            raise InvalidInput(found[0].message, code="stage.bounds", problems=found)


def begin(
    uow: UnitOfWork, workflow: Workflow, raw: dict[str, Any], wish: Wish, *, note: str = "",
    edited_by: UUID | None = None,
) -> WorkflowVersion:  # fmt: skip
    """Make a version of a document and let it take a share of the events.

    Lock the workflow first. Raises InvalidInput with every problem, as publishing does, and where nothing was
    published yet or the version begins with other triggers or limits; Conflict where a stage is going on.
    """
    wish.check()
    if workflow.published_version_id is None or workflow.published_number is None:
        said = _("Nothing runs yet that a part of the events could stay with. Publish it to all of them.")
        raise InvalidInput(said, code="stage.first", field="share")
    going_on = reading.current(uow, workflow.id, lock=True)
    if going_on is not None:
        said = _(
            "Version %(number)s takes %(share)s %% of the events already. Take it to everybody or take it back first.",
            number=going_on.number, share=going_on.share,
        )  # fmt: skip
        raise Conflict(said, code="stage.going_on", resource=_named(workflow))
    version, document = workflows.new_version(uow, workflow, raw, note=note, edited_by=edited_by)
    if not subscriptions.begins_alike(uow, workflow, document):
        said = _(
            "This version begins with other triggers, priority or limits of how many runs than the one that runs, and "
            "those hold for all events at once. Publish it to all of them. Nothing has changed."
        )
        raise InvalidInput(said, code="stage.triggers", field="share")
    stage = VersionStage(
        workflow_id=workflow.id, version_id=version.id, number=version.number,
        before_id=workflow.published_version_id, before_number=workflow.published_number, share=wish.share,
        min_runs=wish.rule.min_runs, points=wish.rule.points, started_at=uow.now, started_by=uow.actor.user_id,
        started_by_name=uow.actor.name[:200],
    )  # fmt: skip
    uow.session.add(stage)
    uow.session.flush()
    ending.point(uow, workflow, stage)
    record(
        uow,
        "workflow.staged",
        targets=[workflows.target(workflow)],
        metadata={
            "version": version.number, "share": stage.share, "note": note, "logic_hash": version.logic_hash,
            "min_runs": stage.min_runs, "points": stage.points,
        },
    )  # fmt: skip
    return version


def change_share(uow: UnitOfWork, workflow: Workflow, share: int) -> VersionStage:
    """Let it take more of the events, or fewer. An event that it would have taken stays with it while it grows."""
    stage = _going_on(uow, workflow)
    Wish(share).check()
    if share != stage.share:
        changes = {"share": (stage.share, share)}
        stage.share = share
        uow.session.flush()
        ending.point(uow, workflow, stage)
        metadata = {"version": stage.number, "share": share}
        record(
            uow, "workflow.stage_changed", targets=[workflows.target(workflow)], changes=changes, metadata=metadata
        )  # fmt: skip
    return stage


def take(uow: UnitOfWork, keyring: Keyring, workflow: Workflow) -> VersionStage:
    """Let every event start it from now on. It was approved as a whole; it is checked again, as things change.

    Raises Conflict where no stage is going on, InvalidInput with every problem.
    """
    stage = _going_on(uow, workflow)
    version = uow.session.get_one(WorkflowVersion, stage.version_id)
    document = documents.load(version.document)
    workflows.expect_publishable(uow, workflow, document)
    ending.end(uow, workflow, Outcome.TAKEN)
    workflows.go_live(uow, keyring, workflow, version, document)
    return stage


def take_back(uow: UnitOfWork, workflow: Workflow) -> VersionStage:
    """Let every event start the version from before. Raises Conflict where no stage is going on."""
    stage = _going_on(uow, workflow)
    ending.end(uow, workflow, Outcome.BACK)
    return stage


def _going_on(uow: UnitOfWork, workflow: Workflow) -> VersionStage:
    uow.session.refresh(workflow, with_for_update=True)
    stage = reading.current(uow, workflow.id, lock=True)
    if stage is None:
        said = _("No version is being staged: every event starts the same one.")
        raise Conflict(said, code="stage.none", resource=_named(workflow))
    return stage


def _named(workflow: Workflow) -> str:
    return f"workflow:{workflow.id}"
