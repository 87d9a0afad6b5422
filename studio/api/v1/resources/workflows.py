"""Workflows: the list, one of them, import and export."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, request

from studio.api.v1.operations import operation
from studio.api.v1.shapes.common import ListOf, cursor_id, written
from studio.api.v1.shapes.workflows import (
    ExportQuery,
    NewWorkflow,
    WorkflowChange,
    WorkflowInfo,
    WorkflowQuery,
)
from studio.builder.service import drafts, whole
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.history.workflow_list import workflow_page
from studio.runtime.models import Workflow
from studio.runtime.service import workflows

TAG = "Workflows"
JSON_TYPE, YAML_TYPE = "application/json", "application/yaml"


@operation("GET", "/workflows", tag=TAG, needs="workflow.read", query=WorkflowQuery, answer=ListOf[WorkflowInfo])
def list_workflows(uow: UnitOfWork, query: WorkflowQuery) -> ListOf[WorkflowInfo]:
    """The workspace's workflows, newest first."""
    rows, after = workflow_page(
        uow, search=query.q, enabled=query.enabled, before=cursor_id(query.cursor), limit=query.limit
    )
    return ListOf[WorkflowInfo](data=[workflow_info(row) for row in rows], next_cursor=written(after))


@operation("POST", "/workflows", tag=TAG, needs="workflow.edit", body=NewWorkflow, answer=WorkflowInfo, status=201)
def create_workflow(uow: UnitOfWork, body: NewWorkflow) -> WorkflowInfo:
    """Make a workflow with an empty draft."""
    raw: Mapping[str, Any] = drafts.blank(body.name)
    if body.description:
        raw = {**raw, "description": body.description}
    return workflow_info(whole.make(uow, documents.parse(raw)))


@operation("POST", "/workflows/import", tag=TAG, needs="workflow.edit", file=(JSON_TYPE, YAML_TYPE),
           answer=WorkflowInfo, status=201)  # fmt: skip
def import_workflow(uow: UnitOfWork, data: bytes) -> WorkflowInfo:
    """Make a workflow of an exported document, JSON or YAML.

    Its draft is the document, exactly; nothing is published. Secrets are named in a document, never held by it.
    """
    is_yaml = request.mimetype == YAML_TYPE
    document = documents.from_yaml(data) if is_yaml else documents.from_json(data)
    return workflow_info(whole.make(uow, document))


@operation("GET", "/workflows/<uuid:workflow_id>", tag=TAG, needs="workflow.read", answer=WorkflowInfo)
def get_workflow(uow: UnitOfWork, workflow_id: UUID) -> WorkflowInfo:
    """One workflow, without its document."""
    return workflow_info(whole.get(uow, workflow_id))


@operation("PATCH", "/workflows/<uuid:workflow_id>", tag=TAG, needs="workflow.edit", body=WorkflowChange,
           answer=WorkflowInfo, conflicts=True)  # fmt: skip
def change_workflow(uow: UnitOfWork, workflow_id: UUID, body: WorkflowChange) -> WorkflowInfo:
    """Rename or describe a workflow. Its draft gets the next revision."""
    workflow = whole.get(uow, workflow_id)
    if body.name is not None:
        whole.rename(uow, workflow, body.name)
    if body.description is not None:
        whole.describe(uow, workflow, body.description)
    return workflow_info(workflow)


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


def workflow_info(workflow: Workflow) -> WorkflowInfo:
    """A workflow as answers show it."""
    return WorkflowInfo(
        id=workflow.id,
        name=workflow.name,
        description=workflow.description,
        enabled=workflow.enabled,
        published_version=workflow.published_number,
        created_at=workflow.created_at,
        updated_at=workflow.updated_at,
    )


def _switched(uow: UnitOfWork, workflow_id: UUID, *, enabled: bool) -> WorkflowInfo:
    workflow = whole.get(uow, workflow_id)
    workflows.set_enabled(uow, workflow, enabled=enabled)
    return workflow_info(workflow)
