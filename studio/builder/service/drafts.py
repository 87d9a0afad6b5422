"""The draft of a workflow: open it, save it, bring an old version back into it.

A save names the revision that it was made from. Where somebody else was faster the row stays as it is, and the
refusal carries what is there now, so that neither side's work is lost.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import Uuid

from studio import audit
from studio.builder.models import WorkflowDraft
from studio.core.errors import Conflict
from studio.core.unit_of_work import UnitOfWork
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.models import Workflow, WorkflowVersion
from studio.runtime.service import workflows
from studio.runtime.service.reference_checks import names_among, users_among

UNSAVED = 0
"""The revision of a draft that has no row yet: what is shown is the published version, or nothing."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands."""

    workflow_id: UUID
    document: dict[str, Any]
    revision: int
    by: str
    at: datetime
    logic_hash: str
    edited_by: UUID | None = None
    """Who last changed what it does."""


class DraftConflict(Conflict):
    """The draft was saved by somebody else, or in another tab, since it was read."""

    code = "draft.conflict"

    def __init__(self, current: Draft) -> None:
        """`current` is what is stored now."""
        who = current.by or _("Somebody")
        super().__init__(
            _("%(who)s saved this workflow since you opened it. Nothing was overwritten.", who=who),
            resource=f"workflow:{current.workflow_id}",
        )
        self.current = current


def users(uow: UnitOfWork, kind: str, name: str) -> list[str]:
    """Names of the workflows whose draft names a thing of the workspace."""
    query = select(Workflow.name, WorkflowDraft.document).join(WorkflowDraft, WorkflowDraft.workflow_id == Workflow.id)
    return users_among(uow.session.execute(query.where(Workflow.archived_at.is_(None))), kind, name)


def names(uow: UnitOfWork, kind: str) -> list[tuple[str, str]]:
    """Every thing of a kind that a draft names, with its workflow's name."""
    query = select(Workflow.name, WorkflowDraft.document).join(WorkflowDraft, WorkflowDraft.workflow_id == Workflow.id)
    return names_among(uow.session.execute(query.where(Workflow.archived_at.is_(None))), kind)


def current(uow: UnitOfWork, workflow: Workflow) -> Draft:
    """The draft; without one the published version, else an empty document. Writes nothing."""
    query = select(WorkflowDraft).where(WorkflowDraft.workflow_id == workflow.id)
    row = uow.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if row is not None:
        return _draft(row)
    version = uow.session.get(WorkflowVersion, workflow.published_version_id) if workflow.published_version_id else None
    if version is not None:
        document, logic_hash = _present(version.document), version.logic_hash
        by, at = version.published_by_name, version.published_at
        return Draft(workflow.id, document, UNSAVED, by, at, logic_hash, version.edited_by)
    document = blank(workflow.name)
    logic_hash = documents.logic_hash(documents.load(document))
    return Draft(workflow.id, document, UNSAVED, "", workflow.created_at, logic_hash)


def save(uow: UnitOfWork, workflow: Workflow, seen: int, raw: Any) -> Draft:
    """Keep a document as the draft. Problems are allowed, bad form is not.

    Raises InvalidInput with the fields, or DraftConflict where `seen` is no longer the revision.
    """
    return put(uow, workflow, seen, documents.parse(raw))


def put(uow: UnitOfWork, workflow: Workflow, seen: int, document: Document) -> Draft:
    """Keep a document that has been read. Raises DraftConflict."""
    draft = Draft(
        workflow.id, documents.dump(document), seen + 1, uow.actor.name[:200], uow.now, documents.logic_hash(document)
    )
    written = _insert(uow, workflow, draft) if seen == UNSAVED else _update(uow, draft, WorkflowDraft.revision == seen)
    if not written:
        raise DraftConflict(current(uow, workflow))
    workflow.updated_at = uow.now
    if workflow.published_version_id is None:  # afterwards the published version says what it is called
        workflow.name, workflow.description = document.name, document.description
    return draft


def restore(uow: UnitOfWork, workflow: Workflow, number: int, seen: int) -> Draft:
    """Make an old version the draft again; what runs stays as it is until the next publishing."""
    version = workflows.version_of(uow, workflow, number)
    draft = put(uow, workflow, seen, documents.parse(version.document))
    audit.record(uow, "workflow.restored", targets=[workflows.target(workflow)], metadata={"version": number})
    return draft


def expect(uow: UnitOfWork, workflow: Workflow, seen: int) -> Draft:
    """The draft, where it is still the one that was seen. Raises DraftConflict."""
    draft = current(uow, workflow)
    if draft.revision != seen:
        raise DraftConflict(draft)
    return draft


def published_hash(uow: UnitOfWork, workflow: Workflow) -> str | None:
    """The logic hash of what runs now; None: nothing yet."""
    if workflow.published_version_id is None:
        return None
    query = select(WorkflowVersion.logic_hash).where(WorkflowVersion.id == workflow.published_version_id)
    return uow.session.scalar(query)


def blank(name: str) -> dict[str, Any]:
    """A document without steps."""
    return {"schema": "studio.workflow/1", "name": name, "nodes": [], "edges": []}


def _present(stored: dict[str, Any]) -> dict[str, Any]:
    """A stored document with its steps as this Studio's versions of their types read them."""
    return documents.dump(documents.load(stored)) if documents.is_dated(stored) else stored


def _draft(row: WorkflowDraft) -> Draft:
    return Draft(
        row.workflow_id, _present(row.document), row.revision, row.updated_by_name, row.updated_at, row.logic_hash,
        row.edited_by,
    )  # fmt: skip


def _values(uow: UnitOfWork, draft: Draft) -> dict[str, Any]:
    return {
        "document": draft.document,
        "logic_hash": draft.logic_hash,
        "revision": draft.revision,
        "updated_by": uow.actor.user_id,
        "updated_by_name": draft.by,
        "updated_at": draft.at,
    }


def _insert(uow: UnitOfWork, workflow: Workflow, draft: Draft) -> bool:
    """The first save. The primary key decides between two of them."""
    same = published_hash(uow, workflow) == draft.logic_hash
    version = uow.session.get(WorkflowVersion, workflow.published_version_id) if same else None
    editor = version.edited_by if version is not None else uow.actor.user_id
    try:
        with uow.session.begin_nested():
            row = WorkflowDraft(workflow_id=draft.workflow_id, **_values(uow, draft), edited_by=editor)
            uow.session.add(row)
    except IntegrityError:
        return False
    return True


def _update(uow: UnitOfWork, draft: Draft, unchanged: ColumnElement[bool]) -> bool:
    """One statement compares and writes, so that two tabs cannot both win."""
    moved = WorkflowDraft.logic_hash == draft.logic_hash
    editor = case((moved, WorkflowDraft.edited_by), else_=literal(uow.actor.user_id, Uuid()))
    statement = (
        update(WorkflowDraft)
        .where(WorkflowDraft.workflow_id == draft.workflow_id, unchanged)
        .values(**_values(uow, draft), edited_by=editor)
        .returning(WorkflowDraft.workflow_id)
        .execution_options(synchronize_session=False)
    )
    return uow.session.execute(statement).scalar() is not None
