"""Verbs for a whole workflow: make, import, export, duplicate, rename, publish; and what a draft changes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from flask_babel import gettext as _

from studio import audit
from studio.builder.service import drafts
from studio.builder.service.drafts import Draft
from studio.contract import gates
from studio.contract.gates import Act
from studio.contract.node import node_type
from studio.core.crypto import Keyring
from studio.core.errors import InvalidInput, NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Change, Document
from studio.runtime.models import VersionStage, Workflow, WorkflowVersion
from studio.runtime.service import staging as stages
from studio.runtime.service import workflows
from studio.runtime.service.staging import Wish
from studio.runtime.stages import reading

Form = Literal["json", "yaml"]
LONGEST_NAME = 120
_MIMETYPES: dict[Form, str] = {"json": "application/json", "yaml": "application/yaml"}


@dataclass(frozen=True, slots=True)
class File:
    """A workflow as a file."""

    name: str
    text: str
    mimetype: str


def get(uow: UnitOfWork, workflow_id: UUID | None) -> Workflow:
    """One workflow that is not deleted. Raises NotFound."""
    workflow = workflows.get(uow, workflow_id)
    if workflow.archived_at is not None:
        said = _("This workflow is archived. Bring it back from the list of archived workflows.")
        raise NotFound(said, resource=f"workflow:{workflow_id}")
    return workflow


def make(uow: UnitOfWork, document: Document, *, template_slug: str | None = None) -> Workflow:
    """A new workflow whose draft is this document."""
    workflow = workflows.create(uow, document.name, description=document.description, template_slug=template_slug)
    drafts.put(uow, workflow, drafts.UNSAVED, document)
    return workflow


def make_empty(uow: UnitOfWork) -> Workflow:
    """A new workflow with nothing on its canvas."""
    return make(uow, documents.parse(drafts.blank(_("Untitled workflow"))))


def import_text(uow: UnitOfWork, text: str | bytes) -> Workflow:
    """A new workflow from an exported file, JSON or YAML. Raises InvalidInput; then nothing was made."""
    return make(uow, documents.from_text(text))


def export(uow: UnitOfWork, workflow: Workflow, form: Form, number: int | None = None) -> File:
    """The draft as a file, or one version of it. Importing it gives the same document again."""
    if number is None:
        raw, suffix = drafts.current(uow, workflow).document, ""
    else:
        raw, suffix = workflows.version_of(uow, workflow, number).document, f"-v{number}"
    document = documents.load(raw)
    text = documents.to_json(document) if form == "json" else documents.to_yaml(document)
    return File(f"{_file_stem(document.name)}{suffix}.{form}", text, _MIMETYPES[form])


def duplicate(uow: UnitOfWork, workflow: Workflow) -> Workflow:
    """Another workflow with the same draft. It is not published and starts nothing."""
    document = documents.parse(drafts.current(uow, workflow).document)
    name = _("Copy of %(name)s", name=document.name)[:LONGEST_NAME]
    return make(uow, document.model_copy(update={"name": name}), template_slug=workflow.template_slug)


def rename(uow: UnitOfWork, workflow: Workflow, name: str) -> None:
    """Call it otherwise, here and in its draft."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(_("A name has 1 to %(most)d characters.", most=LONGEST_NAME), field="name")
    if name == workflow.name:
        return
    before, draft = workflow.name, drafts.current(uow, workflow)
    drafts.put(uow, workflow, draft.revision, documents.parse({**draft.document, "name": name}))
    workflow.name = name
    audit.record(uow, "workflow.updated", targets=[workflows.target(workflow)], changes={"name": (before, name)})


def describe(uow: UnitOfWork, workflow: Workflow, description: str) -> None:
    """Say otherwise what it is for, here and in its draft."""
    if description == workflow.description:
        return
    before, draft = workflow.description, drafts.current(uow, workflow)
    drafts.put(uow, workflow, draft.revision, documents.parse({**draft.document, "description": description}))
    workflow.description = description
    changes = {"description": (before, description)}
    audit.record(uow, "workflow.updated", targets=[workflows.target(workflow)], changes=changes)


def publish(
    uow: UnitOfWork, keyring: Keyring, workflow: Workflow, seen: int, note: str, wish: Wish | None = None
) -> WorkflowVersion:
    """Make the draft that was seen the version that runs; with `wish`, for a share of the events first.

    Either way it passes the same checks and the same gate. Raises DraftConflict, or InvalidInput with every problem;
    then nothing has changed.
    """
    uow.session.refresh(workflow, with_for_update=True)  # two publishings would take the same number
    draft = drafts.expect(uow, workflow, seen)
    pass_gate(uow, workflow, draft)
    note = note.strip()[:500]
    if wish is not None:
        return stages.begin(uow, workflow, draft.document, wish, note=note, edited_by=draft.edited_by)
    return workflows.publish(uow, keyring, workflow, draft.document, note=note, edited_by=draft.edited_by)


def pass_gate(uow: UnitOfWork, workflow: Workflow, draft: Draft) -> None:
    """Where the workspace has a policy for publishing: bound to the workflow and to what its draft does."""
    _pass_gate(uow, workflow, draft.document, draft.logic_hash)


def change_share(uow: UnitOfWork, workflow: Workflow, share: int) -> VersionStage:
    """Let the staged version take more of the events, which passes the gate of publishing, or fewer.

    Raises as runtime.service.staging does, and what a gate raises; then nothing has changed.
    """
    stage = _held(uow, workflow)
    if stage is not None and share > stage.share:
        _pass_gate_of(uow, workflow, stage)
    return stages.change_share(uow, workflow, share)


def take_to_everybody(uow: UnitOfWork, keyring: Keyring, workflow: Workflow) -> VersionStage:
    """Let every event start the staged version. A freeze holds it, as it holds every publishing. Raises likewise."""
    stage = _held(uow, workflow)
    if stage is not None:
        _pass_gate_of(uow, workflow, stage)
    return stages.take(uow, keyring, workflow)


def _held(uow: UnitOfWork, workflow: Workflow) -> VersionStage | None:
    """The stage that goes on, which nobody replaces by another while a gate is asked about it."""
    uow.session.refresh(workflow, with_for_update=True)
    return reading.current(uow, workflow.id)


def _pass_gate_of(uow: UnitOfWork, workflow: Workflow, stage: VersionStage) -> None:
    version = uow.session.get_one(WorkflowVersion, stage.version_id)
    _pass_gate(uow, workflow, version.document, version.logic_hash)


def _pass_gate(uow: UnitOfWork, workflow: Workflow, document: Mapping[str, Any], logic_hash: str) -> None:
    nodes = document.get("nodes") or []
    reached = {
        target
        for one in nodes
        if (kind := node_type(str(one.get("type")))) is not None
        and (target := kind.protects_of(one.get("config") or {})) is not None
    }
    facts = {"workflow": workflow.name, "steps": len(nodes), "protects": " ".join(sorted(reached))}
    payload = {"workflow": str(workflow.id), "logic": logic_hash}
    what = _("Publish “%(name)s”", name=workflow.name)
    gates.current().require(uow, Act("workflow.publish", what, payload, facts))


def changed(uow: UnitOfWork, workflow: Workflow, draft: Draft) -> bool:
    """Whether publishing the draft would change what runs. Layout never counts."""
    return draft.logic_hash != drafts.published_hash(uow, workflow)


def changes(uow: UnitOfWork, workflow: Workflow) -> list[Change]:
    """What publishing the draft would change, in words."""
    draft = documents.load(drafts.current(uow, workflow).document)
    if workflow.published_version_id is None:
        return documents.changes(documents.load(drafts.blank(draft.name)), draft)
    version = uow.session.get_one(WorkflowVersion, workflow.published_version_id)
    return documents.changes(documents.as_written(version.document), draft)


def _file_stem(name: str) -> str:
    """A file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "workflow"
