"""The draft of a workflow: read, save, check, publish."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from studio.api.v1.blueprint import engine, keyring
from studio.api.v1.operations import operation
from studio.api.v1.reading import below
from studio.api.v1.shapes import workflows as shapes
from studio.builder import testrun
from studio.builder.service import boot, drafts, whole
from studio.builder.testrun import Ask, Place
from studio.core import web
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.models import Workflow, WorkflowVersion
from studio.runtime.service.call_checks import check_in

TAG = "Drafts and versions"
DRAFT = "/workflows/<uuid:workflow_id>/draft"


@operation("GET", DRAFT, tag=TAG, needs="workflow.read", answer=shapes.Draft)
def get_draft(uow: UnitOfWork, workflow_id: UUID) -> shapes.Draft:
    """The draft as it stands."""
    workflow = whole.get(uow, workflow_id)
    return draft_view(uow, workflow, drafts.current(uow, workflow))


@operation("PUT", DRAFT, tag=TAG, needs="workflow.edit", body=shapes.DraftSave, answer=shapes.Draft, conflicts=True)
def save_draft(uow: UnitOfWork, workflow_id: UUID, body: shapes.DraftSave) -> shapes.Draft:
    """Save the draft.

    A document with problems is kept, one of bad form is not. 409 where somebody else has saved since the revision that
    you name; read the draft again then.
    """
    workflow = whole.get(uow, workflow_id)
    with in_document():
        draft = drafts.save(uow, workflow, body.revision, body.document)
    return draft_view(uow, workflow, draft)


@operation("POST", "/workflows/<uuid:workflow_id>/check", tag=TAG, needs="workflow.read", body=shapes.CheckAsk,
           answer=shapes.Checked)  # fmt: skip
def check_workflow(uow: UnitOfWork, workflow_id: UUID, body: shapes.CheckAsk) -> shapes.Checked:
    """Say what is wrong with a document, or with the draft. Keeps nothing."""
    workflow = whole.get(uow, workflow_id)
    with in_document():
        given = "document" in body.model_fields_set
        document = documents.parse(body.document) if given else documents.load(drafts.current(uow, workflow).document)
    return _checked(uow, document, workflow)


@operation("POST", "/workflows/check", tag=TAG, needs="workflow.read", body=shapes.FileAsk, answer=shapes.Checked,
           keyed=False)  # fmt: skip
def check_document(uow: UnitOfWork, body: shapes.FileAsk) -> shapes.Checked:
    """Say what is wrong with a document that no workflow has to have, such as a file in git. Keeps nothing."""
    try:
        workflow = whole.get(uow, body.workflow_id) if body.workflow_id is not None else None
    except NotFound as error:
        raise InvalidInput(error.message, code="unknown_workflow", field="workflow_id") from error
    with in_document():
        document = documents.parse(body.document)
    return _checked(uow, document, workflow)


@operation("POST", "/workflows/<uuid:workflow_id>/publish", tag=TAG, needs="workflow.publish", body=shapes.Publish,
           answer=shapes.Version, status=201, conflicts=True)  # fmt: skip
def publish_workflow(uow: UnitOfWork, workflow_id: UUID, body: shapes.Publish) -> shapes.Version:
    """Publish the draft: from now on triggers start this version.

    422 with every problem of the document; then nothing has changed. The first publishing turns the workflow on.
    """
    workflow = whole.get(uow, workflow_id)
    with in_document():
        version = whole.publish(uow, keyring(), workflow, body.revision, body.note)
    return version_view(workflow, version)


@operation("POST", "/workflows/<uuid:workflow_id>/test-runs", tag=TAG, needs="workflow.edit", body=shapes.Trial,
           answer=shapes.TrialResult, keyed=False)  # fmt: skip
def try_workflow(uow: UnitOfWork, workflow_id: UUID, body: shapes.Trial) -> shapes.TrialResult:
    """Try a document, or the draft, on a sample: effects are simulated, waits are skipped, nothing is kept.

    Steps named in `live` happen for real.
    """
    workflow = whole.get(uow, workflow_id)
    with in_document():
        document = _document(uow, workflow, body)
    ask = Ask(document, body.trigger, body.sample, frozenset(body.live))
    place = Place(workflow.id, uow.workspace, boot.workspace_facts(uow), uow.actor)
    database = web.database()
    web.rollback()  # live steps have transactions of their own, and SQLite knows one writer at a time
    return shapes.TrialResult.model_validate(testrun.run(ask, place, database, engine().ports).as_json())


def _checked(uow: UnitOfWork, document: Document, workflow: Workflow | None) -> shapes.Checked:
    found = check_in(uow, document, workflow)
    return shapes.Checked(
        publishable=not documents.errors(found),
        problems=[shapes.Finding.model_validate(problem) for problem in found],
    )


def draft_view(uow: UnitOfWork, workflow: Workflow, draft: drafts.Draft) -> shapes.Draft:
    """A draft as answers show it."""
    return shapes.Draft(
        revision=draft.revision,
        document=draft.document,
        saved_by=draft.by,
        saved_at=draft.at,
        changed=whole.changed(uow, workflow, draft),
    )


def version_view(workflow: Workflow, version: WorkflowVersion) -> shapes.Version:
    """A version as answers show it."""
    return shapes.Version(
        number=version.number,
        note=version.note,
        published_by=version.published_by_name,
        published_at=version.published_at,
        current=version.id == workflow.published_version_id,
        document=version.document,
    )


def _document(uow: UnitOfWork, workflow: Workflow, body: shapes.CheckAsk | shapes.Trial) -> documents.Document:
    """What was sent, or the draft."""
    if "document" in body.model_fields_set:
        return documents.parse(body.document)
    return documents.load(drafts.current(uow, workflow).document)


@contextmanager
def in_document() -> Iterator[None]:
    """Problems of a document are told below `document`, where it stands in body and answer."""
    try:
        yield
    except InvalidInput as error:
        raise below("document", error) from error
