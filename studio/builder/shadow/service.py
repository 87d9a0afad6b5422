"""Shadows: begun with the draft as it stands, looked at while they go on, stopped, read."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from studio.audit import Target, record
from studio.builder.backtest.outcomes import OVER, State, Wanted
from studio.builder.backtest.service import trial
from studio.builder.backtest.tally import Tally
from studio.builder.models import Backtest
from studio.builder.service import boot, drafts
from studio.builder.service.drafts import Draft
from studio.builder.shadow import ending
from studio.builder.shadow.outcomes import Beside, Ended
from studio.core import tenancy
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as _
from studio.core.ids import first_id_at
from studio.core.locking import one_at_a_time
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.engine.versions import compile_document
from studio.runtime.models import Workflow, WorkflowVersion

MOST_AT_ONCE = 5
"""Shadows of one workspace that may go on together."""
_ON = (Backtest.state == State.RUNNING, Backtest.until_at.is_not(None))


def begin(uow: UnitOfWork, workflow: Workflow, wanted: Beside) -> Backtest:
    """Let the draft, as it stands now, run beside the published version on every event from now on.

    Raises InvalidInput for a draft that cannot run, where nothing is published, and where the draft does what the
    published version does; Conflict where a shadow of this workflow goes on already, or too many of the workspace.
    """
    workflow = uow.session.get_one(Workflow, workflow.id, with_for_update=True)
    draft, version = both(uow, workflow)
    document = documents.load(draft.document)
    compile_document(document, boot.workspace_facts(uow), None, workflow.name)
    if (going := current(uow, workflow)) is not None:
        said = _("A draft runs beside this workflow already. Stop it first, or wait until it is over.")
        raise Conflict(said, code="shadow.going_on", resource=f"backtest:{going.id}")
    one_at_a_time(uow, "shadow")
    some = select(Backtest.id).where(*_ON).limit(MOST_AT_ONCE).subquery()
    if uow.session.scalar(select(func.count()).select_from(some)) == MOST_AT_ONCE:
        said = _("%(most)s drafts run beside live versions already. Stop one of them first.", most=MOST_AT_ONCE)
        raise Conflict(said, code="shadow.busy")
    row = Backtest(
        workflow_id=workflow.id, trigger_node="", document=documents.for_running(document),
        logic_hash=draft.logic_hash,
        version_id=version.id, version_number=version.number, wanted=Wanted().model_dump(mode="json"),
        cursor=first_id_at(uow.now), state=State.RUNNING, turn=0, total=wanted.events, taken=0,
        tally=Tally().as_json(), by_id=uow.actor.user_id, by_name=uow.actor.name[:200], created_at=uow.now,
        until_at=uow.now + timedelta(hours=wanted.hours), look_at=uow.now,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    metadata = {"version": version.number, "hours": wanted.hours, "logic_hash": draft.logic_hash}
    record(uow, "workflow.shadow_begun", targets=[_target(workflow)], metadata=metadata)
    return row


def both(uow: UnitOfWork, workflow: Workflow) -> tuple[Draft, WorkflowVersion]:
    """The draft, and the published version that it would run beside.

    Raises InvalidInput where nothing is published, and where both do the same.
    """
    version = uow.session.get(WorkflowVersion, workflow.published_version_id) if workflow.published_version_id else None
    if version is None or workflow.archived_at is not None:
        said = _("Publish the workflow first: its draft runs beside the published version.")
        raise InvalidInput(said, code="shadow.not_published", resource=f"workflow:{workflow.id}")
    draft = drafts.current(uow, workflow)
    if draft.logic_hash == version.logic_hash:
        said = _("The draft does what the published version does. Change it first, then let it run beside it.")
        raise InvalidInput(said, code="shadow.unchanged", resource=f"workflow:{workflow.id}")
    return draft, version


def get(uow: UnitOfWork, workflow: Workflow, shadow_id: UUID) -> Backtest:
    """One of a workflow. Raises NotFound."""
    row = trial(uow, workflow, shadow_id)
    return row if row.until_at is not None else tenancy.get(uow.session, Backtest, None, "shadow")


def current(uow: UnitOfWork, workflow: Workflow) -> Backtest | None:
    """The one that goes on."""
    return uow.session.scalars(select(Backtest).where(Backtest.workflow_id == workflow.id, *_ON)).one_or_none()


def stop(uow: UnitOfWork, workflow: Workflow, shadow_id: UUID) -> Backtest:
    """End it; what it has found so far stays. Raises NotFound, and Conflict where it is over."""
    row = get(uow, workflow, shadow_id)
    uow.session.refresh(row, with_for_update=True)
    if row.state in OVER:
        raise Conflict(_("This shadow is over."), code="shadow.over", resource=f"backtest:{row.id}")
    ending.end(uow, row, Ended.STOPPED)
    return row


def shadows(uow: UnitOfWork, workflow: Workflow, before: UUID | None = None, limit: int = 20) -> Sequence[Backtest]:
    """Newest first, the one that goes on among them."""
    found = select(Backtest).where(Backtest.workflow_id == workflow.id, Backtest.until_at.is_not(None))
    if before is not None:
        found = found.where(Backtest.id < before)
    return uow.session.scalars(found.order_by(Backtest.id.desc()).limit(limit)).all()


def _target(workflow: Workflow) -> Target:
    return Target("workflow", str(workflow.id), workflow.name)
