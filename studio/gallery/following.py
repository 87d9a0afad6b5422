"""What is new in the template that a workflow was made of, and how it comes into the draft."""

from dataclasses import dataclass

from flask_babel import gettext as _

from studio.audit import record
from studio.audit.registry import Action
from studio.audit.taxonomy import templates as actions
from studio.builder.service import drafts
from studio.builder.service.drafts import Draft
from studio.core.errors import NotFound
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import merging, service, uses, words
from studio.gallery.kept import rows
from studio.gallery.kept.content import PREFIX, OwnTemplate
from studio.gallery.loading import templates
from studio.gallery.models import TemplateUse
from studio.gallery.template import Template
from studio.runtime import document as documents
from studio.runtime.document import Change, Document
from studio.runtime.models import Workflow
from studio.runtime.service import workflows


@dataclass(frozen=True, slots=True)
class News:
    """A newer version of the template that a workflow follows."""

    template: Template
    was: int | None
    """The version that it follows; None: Studio's templates have no numbers."""
    number: int | None
    note: str = ""
    """What its publisher says is new."""


@dataclass(frozen=True, slots=True)
class Update:
    """What taking it would do."""

    news: News
    draft: Draft
    document: Document
    """The draft afterwards."""
    changes: list[Change]
    kept: tuple[str, ...]
    """Steps in which the draft's own changes stay over the template's."""
    ways: list[str]
    """Where both sides lead on differently, a sentence each; the draft's way stays."""


def news(uow: UnitOfWork, workflow: Workflow) -> News | None:
    """What is new for a workflow; None: nothing, or it follows no template that is still offered."""
    use = uses.of(uow, workflow)
    template = _offered(uow, use.slug) if use is not None else None
    if use is None or template is None or uses.revision(template) == use.revision:
        return None
    note = ""
    if isinstance(template, OwnTemplate):
        row = rows.by_name(uow, template.slug)
        note = rows.kept(uow, row, row.number).note
    return News(template, use.number, uses.number(template), note)


def update(uow: UnitOfWork, workflow: Workflow) -> Update:
    """Look at it; writes nothing.

    Raises NotFound where nothing is new, or InvalidInput: what was answered then is no answer any more.
    """
    found, use = _known(uow, workflow)
    made = service.make(uow, found.template, _answers(use, found.template))
    draft = drafts.current(uow, workflow)
    mine = documents.load(draft.document)
    result = merging.merged(documents.load(use.document), mine, made.document)
    ways = [words.disputed(one, result.document) for one in result.ways]
    return Update(found, draft, result.document, documents.changes(mine, result.document), result.kept, ways)


def take(uow: UnitOfWork, workflow: Workflow, seen: int) -> Draft:
    """Put it into the draft that was seen. Raises as `update`, or DraftConflict; then nothing has changed."""
    found, use = _known(uow, workflow)
    wanted = update(uow, workflow)
    drafts.expect(uow, workflow, seen)
    draft = drafts.put(uow, workflow, seen, documents.parse(documents.dump(wanted.document)))
    made = service.make(uow, found.template, _answers(use, found.template))
    service.make_needed(uow, found.template, made)
    uses.move_on(uow, use, found.template, made.answers, made.document)
    _record(uow, actions.TEMPLATE_TAKEN, workflow, use)
    return draft


def skip(uow: UnitOfWork, workflow: Workflow) -> None:
    """Say nothing more about this version. The next one is compared with what the workflow began as."""
    found, use = _known(uow, workflow)
    use.revision, use.number, use.updated_at = uses.revision(found.template), uses.number(found.template), uow.now
    _record(uow, actions.TEMPLATE_SKIPPED, workflow, use)


def _known(uow: UnitOfWork, workflow: Workflow) -> tuple[News, TemplateUse]:
    found, use = news(uow, workflow), uses.of(uow, workflow)
    if found is None or use is None:
        raise NotFound(_("There is nothing new in this workflow's template."), resource=f"workflow:{workflow.id}")
    return found, use


def _offered(uow: UnitOfWork, slug: str) -> Template | None:
    if not slug.startswith(PREFIX):
        return next((one for one in templates() if one.slug == slug), None)
    template = rows.by_slug(uow, slug)
    return None if template.archived else template


def _answers(use: TemplateUse, template: Template) -> dict[str, object]:
    """Those that were given, as far as they are still asked for."""
    return {key: value for key, value in use.answers.items() if template.question(key) is not None}


def _record(uow: UnitOfWork, action: Action, workflow: Workflow, use: TemplateUse) -> None:
    metadata = {"template": use.slug, "version": use.number}
    record(uow, action, targets=[workflows.target(workflow)], metadata=metadata)
