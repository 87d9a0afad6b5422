"""Workflows: create, rename, publish, turn on and off, archive."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from studio.audit import Target, record
from studio.core import tenancy
from studio.core.crypto import Keyring
from studio.core.errors import Conflict, InvalidInput
from studio.core.faults import fault_point
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.models import Workflow, WorkflowVersion
from studio.runtime.service import subscriptions
from studio.runtime.service.call_checks import check_in
from studio.runtime.stages import ending
from studio.runtime.stages.policy import Outcome


def get(uow: UnitOfWork, workflow_id: UUID | None) -> Workflow:
    """One workflow of this workspace. Raises NotFound."""
    return tenancy.get(uow.session, Workflow, workflow_id, "workflow")


def create(uow: UnitOfWork, name: str, *, description: str = "", template_slug: str | None = None) -> Workflow:
    """Make a workflow without a version: it starts nothing until it is published."""
    workflow = Workflow(
        name=name, description=description, template_slug=template_slug, owner_id=uow.actor.user_id,
        enabled=False, created_at=uow.now, updated_at=uow.now,
    )  # fmt: skip
    uow.session.add(workflow)
    uow.session.flush()
    record(uow, "workflow.created", targets=[target(workflow)])
    return workflow


def publish(
    uow: UnitOfWork,
    keyring: Keyring,
    workflow: Workflow,
    raw: dict[str, Any],
    *,
    note: str = "",
    edited_by: UUID | None = None,
) -> WorkflowVersion:
    """Make a version of a document and let triggers start it. Raises InvalidInput with every problem found.

    `edited_by` is who last changed what it does.
    """
    version, document = new_version(uow, workflow, raw, note=note, edited_by=edited_by)
    ending.end(uow, workflow, Outcome.REPLACED)
    go_live(uow, keyring, workflow, version, document)
    fault_point("publish.before_commit")
    uow.after_commit(lambda: fault_point("publish.after_commit"))
    return version


def new_version(
    uow: UnitOfWork, workflow: Workflow, raw: dict[str, Any], *, note: str, edited_by: UUID | None
) -> tuple[WorkflowVersion, Document]:
    """The next version, that nothing starts yet. Raises InvalidInput with every problem found."""
    document = documents.parse(raw)
    expect_publishable(uow, workflow, document)
    latest = select(func.max(WorkflowVersion.number)).where(WorkflowVersion.workflow_id == workflow.id)
    number = (uow.session.execute(latest).scalar() or 0) + 1
    version = WorkflowVersion(
        workflow_id=workflow.id, number=number, document=documents.for_running(document), note=note,
        logic_hash=documents.logic_hash(document), edited_by=edited_by, published_by=uow.actor.user_id,
        published_by_name=uow.actor.name, published_at=uow.now,
    )  # fmt: skip
    uow.session.add(version)
    uow.session.flush()
    return version, document


def expect_publishable(uow: UnitOfWork, workflow: Workflow, document: Document) -> None:
    """Raises InvalidInput with every problem of a document that keeps it from running here."""
    problems = documents.errors(check_in(uow, document, workflow))
    if problems:
        raise InvalidInput(
            _(
                "%(name)s has %(problems)s problem(s) and was not published. Nothing has changed.",
                name=workflow.name,
                problems=len(problems),
            ),
            code="workflow.problems",
            resource=f"workflow:{workflow.id}",
            problems=[problem.as_field() for problem in problems],
        )


def go_live(
    uow: UnitOfWork, keyring: Keyring, workflow: Workflow, version: WorkflowVersion, document: Document
) -> None:
    """Let triggers start a version, every one of them. The first one turns the workflow on."""
    first = workflow.published_version_id is None
    workflow.name, workflow.description = document.name, document.description
    workflow.published_version_id, workflow.published_number = version.id, version.number
    workflow.enabled, workflow.updated_at = workflow.enabled or first, uow.now
    subscriptions.renew(uow, keyring, workflow, version, document)
    record(
        uow,
        "workflow.published",
        targets=[target(workflow)],
        metadata={"version": version.number, "note": version.note, "logic_hash": version.logic_hash},
    )


def set_enabled(uow: UnitOfWork, workflow: Workflow, *, enabled: bool) -> None:
    """Turn its triggers on or off. Runs that exist go on."""
    if enabled and workflow.published_version_id is None:
        raise InvalidInput(
            _("Publish the workflow first: there is no version yet that could run."), code="not_published"
        )
    if workflow.enabled == enabled:
        return
    workflow.enabled, workflow.updated_at = enabled, uow.now
    subscriptions.set_active(uow, workflow, active=enabled)
    record(uow, "workflow.enabled" if enabled else "workflow.disabled", targets=[target(workflow)])


def archive(uow: UnitOfWork, workflow: Workflow) -> None:
    """Hide it and turn it off. Versions and history stay; a version that was being staged goes back."""
    ending.end(uow, workflow, Outcome.ARCHIVED)
    workflow.archived_at, workflow.enabled, workflow.updated_at = uow.now, False, uow.now
    subscriptions.set_active(uow, workflow, active=False)
    record(uow, "workflow.deleted", targets=[target(workflow)])


def bring_back(uow: UnitOfWork, workflow: Workflow) -> None:
    """Show an archived one again. It stays off until somebody turns it on. Raises Conflict where it is not archived."""
    if workflow.archived_at is None:
        said = _("This workflow is not archived.")
        raise Conflict(said, code="workflow.not_archived", resource=f"workflow:{workflow.id}")
    workflow.archived_at, workflow.updated_at = None, uow.now
    record(uow, "workflow.brought_back", targets=[target(workflow)])


def version_of(uow: UnitOfWork, workflow: Workflow, number: int) -> WorkflowVersion:
    """One version by number. Raises NotFound."""
    found = select(WorkflowVersion.id).where(
        WorkflowVersion.workflow_id == workflow.id, WorkflowVersion.number == number
    )
    return tenancy.get(uow.session, WorkflowVersion, uow.session.execute(found).scalar(), "version")


def target(workflow: Workflow) -> Target:
    """How the audit trail names it."""
    return Target("workflow", str(workflow.id), workflow.name)
