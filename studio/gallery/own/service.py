"""Verbs for a workspace's templates: publish one out of a workflow or a file, archive it, bring it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select

from studio.audit import Target, record
from studio.audit.registry import Action
from studio.audit.taxonomy import templates as actions
from studio.builder.service import drafts
from studio.connectors.catalogue import connectors
from studio.connectors.service import listing
from studio.core.errors import Conflict, InvalidInput
from studio.core.i18n import gettext as translated
from studio.core.unit_of_work import UnitOfWork
from studio.gallery.kept import rows
from studio.gallery.kept.content import SCHEMA, Content, dumped
from studio.gallery.models import GalleryTemplate, GalleryTemplateVersion
from studio.gallery.own import checking
from studio.gallery.own.lifting import Known, lifted
from studio.runtime import document as documents
from studio.runtime.document import Document
from studio.runtime.models import Workflow
from studio.runtime.service import workflows

LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a template is to say."""

    name: str
    value: str
    category: str
    asked: Mapping[str, str]
    """By the key of a place (own.asking.Place), what the wizard calls it."""
    number: int | None = None
    """Which version of the workflow; None: its draft."""
    note: str = ""
    """What is new, for whoever uses an older version."""


def source(uow: UnitOfWork, workflow: Workflow, number: int | None) -> Document:
    """The document that a template is made of. Raises NotFound: no such version."""
    if number is None:
        return documents.load(drafts.current(uow, workflow).document)
    return documents.load(workflows.version_of(uow, workflow, number).document)


def from_workflow(
    uow: UnitOfWork, workflow: Workflow, wanted: Wanted, template_id: UUID | None = None
) -> GalleryTemplate:
    """A new template, or a new version of one. Raises InvalidInput with the fields; then nothing was made."""
    document = source(uow, workflow, wanted.number)
    titles = {key: translated(one.title) for key, one in connectors().items()}
    known = {row.handle: Known(row.connector, titles.get(row.connector, row.connector)) for row in listing.choices(uow)}
    made = lifted(document, known, wanted.asked)
    raw = {
        "schema": SCHEMA,
        "name": " ".join(wanted.name.split()),
        "value": " ".join(wanted.value.split()),
        "categories": [" ".join(wanted.category.split())],
        "needs": made.needs,
        "questions": made.questions,
        "workflow": made.workflow,
    }
    content = checking.checked(uow, raw)
    return publish(uow, content, template_id, wanted.note, f"workflow:{workflow.id}")


def publish(
    uow: UnitOfWork, content: Content, template_id: UUID | None, note: str, came_from: str
) -> GalleryTemplate:  # fmt: skip
    """Keep a content that was checked."""
    if len(note) > LONGEST_NOTE:
        said = _("At most %(count)s characters.", count=LONGEST_NOTE)
        raise InvalidInput(said, code="template.note", field="note")
    if template_id is None:
        row = _new(uow, content)
    else:
        row = rows.get(uow, template_id)
        uow.session.refresh(row, with_for_update=True)  # two publishings would take the same number
        _refuse_archived(row)
        row.number, row.name, row.updated_at = row.number + 1, content.name, uow.now
    version = GalleryTemplateVersion(
        template_id=row.id, number=row.number, content=dumped(content), note=note.strip(),
        made_by_name=uow.actor.name[:200], created_at=uow.now,
    )  # fmt: skip
    uow.session.add(version)
    uow.session.flush()
    _record(uow, actions.TEMPLATE_PUBLISHED, row, {"version": row.number, "source": came_from})
    return row


def archive(uow: UnitOfWork, row: GalleryTemplate) -> None:
    """Offer it no longer; workflows made of it stay as they are."""
    _refuse_archived(row)
    row.archived_at = row.updated_at = uow.now
    _record(uow, actions.TEMPLATE_ARCHIVED, row, {"version": row.number})


def bring_back(uow: UnitOfWork, row: GalleryTemplate) -> None:
    """Offer it again."""
    if row.archived_at is None:
        raise Conflict(_("This template is not archived."), code="template.kept", resource=f"template:{row.id}")
    _expect_room(uow)
    row.archived_at, row.updated_at = None, uow.now
    _record(uow, actions.TEMPLATE_BROUGHT_BACK, row, {"version": row.number})


def _expect_room(uow: UnitOfWork) -> None:
    """The gallery lists no more than so many, so one more would not be seen."""
    count = select(func.count()).select_from(
        select(GalleryTemplate.id).where(GalleryTemplate.archived_at.is_(None)).limit(rows.MOST).subquery()
    )
    if (uow.session.scalar(count) or 0) >= rows.MOST:
        said = _("There are %(count)s templates. Archive one first.", count=rows.MOST)
        raise Conflict(said, code="template.too_many", resource="template")


def _new(uow: UnitOfWork, content: Content) -> GalleryTemplate:
    _expect_room(uow)
    row = GalleryTemplate(name=content.name, number=1, created_at=uow.now, updated_at=uow.now)
    uow.session.add(row)
    uow.session.flush()
    return row


def _refuse_archived(row: GalleryTemplate) -> None:
    if row.archived_at is not None:
        said = _("This template is archived. Bring it back first.")
        raise Conflict(said, code="template.archived", resource=f"template:{row.id}")


def _record(uow: UnitOfWork, action: Action, row: GalleryTemplate, said: dict[str, Any]) -> None:
    record(uow, action, targets=[Target("template", row.id, row.name)], metadata=said)
