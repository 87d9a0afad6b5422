"""Workflows: the list, one of them, import and export."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from studio.accounts.identity import signed_in_person
from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.api.v1.shapes.workflows import (
    BulkChange,
    Changed,
    ExportQuery,
    NewWorkflow,
    WorkflowChange,
    WorkflowInfo,
    WorkflowQuery,
)
from studio.builder.service import bulk, drafts, whole
from studio.core.errors import Forbidden
from studio.core.i18n import gettext as _
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.halts.asking import Wanted
from studio.runtime.history.workflow_list import Which, workflow_page
from studio.runtime.models import Workflow
from studio.runtime.service import sorting, workflows

TAG = "Workflows"
JSON_TYPE, YAML_TYPE = "application/json", "application/yaml"


@operation("GET", "/workflows", tag=TAG, needs="workflow.read", query=WorkflowQuery, answer=ListOf[WorkflowInfo])
def list_workflows(uow: UnitOfWork, query: WorkflowQuery) -> ListOf[WorkflowInfo]:
    """The workspace's workflows, newest first."""
    which = Which(query.q, query.enabled, query.folder, query.tag, query.owner_id, query.archived)
    rows, after = workflow_page(uow, which, before=cursor_id(query.cursor), limit=query.limit)
    tags = sorting.tags_of(uow, [row.id for row in rows])
    data = [_info(row, tags.get(row.id, [])) for row in rows]
    return ListOf[WorkflowInfo](data=data, next_cursor=written(after))


@operation("POST", "/workflows", tag=TAG, needs="workflow.edit", body=NewWorkflow, answer=WorkflowInfo, status=201)
def create_workflow(uow: UnitOfWork, body: NewWorkflow) -> WorkflowInfo:
    """Make a workflow with an empty draft."""
    raw: Mapping[str, Any] = drafts.blank(body.name)
    if body.description:
        raw = {**raw, "description": body.description}
    return workflow_info(uow, whole.make(uow, documents.parse(raw)))


@operation("POST", "/workflows/import", tag=TAG, needs="workflow.edit", file=(JSON_TYPE, YAML_TYPE),
           answer=WorkflowInfo, status=201)  # fmt: skip
def import_workflow(uow: UnitOfWork, data: bytes) -> WorkflowInfo:
    """Make a workflow of an exported document, JSON or YAML.

    Its draft is the document, exactly; nothing is published. Secrets are named in a document, never held by it.
    """
    is_yaml = request.mimetype == YAML_TYPE
    document = documents.from_yaml(data) if is_yaml else documents.from_json(data)
    return workflow_info(uow, whole.make(uow, document))


@operation("GET", "/workflows/<uuid:workflow_id>", tag=TAG, needs="workflow.read", answer=WorkflowInfo)
def get_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """One workflow, without its document."""
    return workflow_info(uow, whole.get(uow, workflow_id))


@operation("PATCH", "/workflows/<uuid:workflow_id>", tag=TAG, needs="workflow.edit", body=WorkflowChange,
           answer=WorkflowInfo, conflicts=True)  # fmt: skip
def change_workflow(uow: UnitOfWork, workflow_id: UUID, body: WorkflowChange) -> WorkflowInfo:
    """Rename, describe, sort or hand over a workflow. With another name or description its draft gets a revision."""
    workflow = whole.get(uow, workflow_id)
    if body.name is not None:
        whole.rename(uow, workflow, body.name)
    if body.description is not None:
        whole.describe(uow, workflow, body.description)
    if body.folder is not None:
        sorting.move(uow, workflow, body.folder)
    if body.tags is not None:
        sorting.set_tags(uow, workflow, body.tags)
    if body.owner_id is not None:
        sorting.hand_over(uow, workflow, body.owner_id)
    return workflow_info(uow, workflow)


@operation("POST", "/workflows/bulk", tag=TAG, needs="workflow.edit", body=BulkChange, answer=Changed)
def change_workflows(uow: UnitOfWork, body: BulkChange) -> Changed:
    """One change of many workflows: of all, or of none. Pausing and archiving need the right to publish."""
    pause = Wanted(body.pause) if body.pause is not None else None
    change = bulk.Change(body.folder, body.add_tags, body.remove_tags, body.owner_id, pause, body.archive)
    if change.publishes and not signed_in_person().may("workflow.publish"):
        raise Forbidden(_("Whoever publishes workflows may pause and archive them."))
    return Changed(workflows=bulk.apply(uow, body.workflows, change))


@operation("POST", "/workflows/<uuid:workflow_id>/duplicate", tag=TAG, needs="workflow.edit", answer=WorkflowInfo,
           status=201)  # fmt: skip
def duplicate_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """Make another workflow with the same draft. It is not published and starts nothing."""
    return workflow_info(uow, whole.duplicate(uow, whole.get(uow, workflow_id)))


@operation("POST", "/workflows/<uuid:workflow_id>/bring-back", tag=TAG, needs="workflow.publish", answer=WorkflowInfo,
           conflicts=True)  # fmt: skip
def bring_back_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """Show an archived workflow again. It stays off until it is turned on."""
    workflow = workflows.get(uow, workflow_id)
    workflows.bring_back(uow, workflow)
    return workflow_info(uow, workflow)


@operation("DELETE", "/workflows/<uuid:workflow_id>", tag=TAG, needs="workflow.edit")
def archive_workflow(uow: UnitOfWork, workflow_id: UUID) -> None:
    """Archive a workflow: it is turned off and hidden; its versions and runs stay in the history."""
    workflows.archive(uow, whole.get(uow, workflow_id))


@operation("POST", "/workflows/<uuid:workflow_id>/enable", tag=TAG, needs="workflow.publish", answer=WorkflowInfo)
def enable_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """Turn a workflow on: its triggers start runs."""
    return _switched(uow, workflow_id, enabled=True)


@operation("POST", "/workflows/<uuid:workflow_id>/disable", tag=TAG, needs="workflow.publish", answer=WorkflowInfo)
def disable_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """Turn a workflow off: its triggers start nothing; runs that exist go on."""
    return _switched(uow, workflow_id, enabled=False)


@operation("GET", "/workflows/<uuid:workflow_id>/export", tag=TAG, needs="workflow.read", query=ExportQuery,
           media=(JSON_TYPE, YAML_TYPE))  # fmt: skip
def export_workflow(uow: UnitOfWork, workflow_id: UUID, query: ExportQuery) -> Response:
    """The draft, or a version, as a document: JSON, or YAML with `Accept: application/yaml`.

    Importing it gives the same document again.
    """
    wanted = request.accept_mimetypes.best_match((JSON_TYPE, YAML_TYPE), default=JSON_TYPE)
    file = whole.export(uow, whole.get(uow, workflow_id), "yaml" if wanted == YAML_TYPE else "json", query.version)
    answer = Response(file.text, content_type=file.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Vary"] = "Accept"
    return answer


def workflow_info(uow: UnitOfWork, workflow: Workflow) -> WorkflowInfo:
    """A workflow as answers show it."""
    return _info(workflow, sorting.tags_of(uow, [workflow.id]).get(workflow.id, []))


def _info(workflow: Workflow, tags: list[str]) -> WorkflowInfo:
    return WorkflowInfo(
        id=workflow.id,
        name=workflow.name,
        description=workflow.description,
        enabled=workflow.enabled,
        folder=workflow.folder,
        tags=tags,
        owner_id=workflow.owner_id,
        archived_at=workflow.archived_at,
        published_version=workflow.published_number,
        created_at=workflow.created_at,
        updated_at=workflow.updated_at,
    )


def _switched(uow: UnitOfWork, workflow_id: UUID, *, enabled: bool) -> WorkflowInfo:
    workflow = whole.get(uow, workflow_id)
    workflows.set_enabled(uow, workflow, enabled=enabled)
    return workflow_info(uow, workflow)
