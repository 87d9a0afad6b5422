"""A workspace's own templates: made of workflows and files, archived; and what is new in the one a workflow follows."""

from uuid import UUID

from flask import Response

from studio.api.v1.operations import operation
from studio.api.v1.resources.drafts import draft_view
from studio.api.v1.shapes import gallery as shapes
from studio.api.v1.shapes.workflows import Draft
from studio.builder.service import whole
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import following
from studio.gallery.kept import rows
from studio.gallery.models import GalleryTemplate
from studio.gallery.own import filing
from studio.gallery.own import service as own
from studio.gallery.own.asking import askable

TAG = "Gallery"


@operation("GET", "/workflows/<uuid:workflow_id>/askable", tag=TAG, needs="gallery.manage",
           query=shapes.AskableQuery, answer=shapes.Askables)  # fmt: skip
def list_askable(uow: UnitOfWork, workflow_id: UUID, query: shapes.AskableQuery) -> shapes.Askables:
    """Values of a workflow that a template made of it may ask for."""
    document = own.source(uow, whole.get(uow, workflow_id), query.number)
    views = [
        shapes.AskableView(key=one.place.key, kind=one.kind, step=one.step, field=one.field, value=one.value)
        for one in askable(document)
    ]
    return shapes.Askables(data=views)


@operation("POST", "/workflows/<uuid:workflow_id>/templates", tag=TAG, needs="gallery.manage",
           body=shapes.KeepTemplate, answer=shapes.TemplateLine, status=201, conflicts=True)  # fmt: skip
def keep_template(uow: UnitOfWork, workflow_id: UUID, body: shapes.KeepTemplate) -> shapes.TemplateLine:
    """Save a workflow as a template, or as the next version of one.

    Connections and secrets are never copied: each becomes a question. Sample data is left out.
    """
    workflow = whole.get(uow, workflow_id)
    into = rows.by_name(uow, body.template).id if body.template else None
    wanted = own.Wanted(body.name, body.value, body.category, body.asked, body.number, body.note)
    return _line(uow, own.from_workflow(uow, workflow, wanted, into))


@operation("POST", "/templates/import", tag=TAG, needs="gallery.manage", file=("application/json",),
           largest=filing.LARGEST, query=shapes.ImportQuery, answer=shapes.TemplateLine, status=201,
           conflicts=True, optional=True)  # fmt: skip
def import_template(uow: UnitOfWork, data: bytes, query: shapes.ImportQuery) -> shapes.TemplateLine:
    """Make a template of an exported file, or the next version of one.

    422 with path and code of each problem; then nothing was made.
    """
    into = rows.by_name(uow, query.template).id if query.template else None
    return _line(uow, own.publish(uow, filing.read(uow, data), into, query.note, "file"))


@operation("GET", "/own-templates/<uuid:template_id>/file", tag=TAG, needs="gallery.read",
           media=("application/json",), status=200)  # fmt: skip
def export_template(uow: UnitOfWork, template_id: UUID) -> Response:
    """The newest version of one of the workspace's templates as a file."""
    row = rows.get(uow, template_id)
    text = filing.written(rows.kept(uow, row, row.number).content)
    return Response(text, mimetype="application/json")


@operation("DELETE", "/own-templates/<uuid:template_id>", tag=TAG, needs="gallery.manage", conflicts=True)
def archive_template(uow: UnitOfWork, template_id: UUID) -> None:
    """Archive one of the workspace's templates. Workflows made of it stay as they are."""
    own.archive(uow, rows.get(uow, template_id))


@operation("POST", "/own-templates/<uuid:template_id>/bring-back", tag=TAG, needs="gallery.manage",
           answer=shapes.TemplateLine, conflicts=True)  # fmt: skip
def bring_back_template(uow: UnitOfWork, template_id: UUID) -> shapes.TemplateLine:
    """Offer an archived one again."""
    row = rows.get(uow, template_id)
    own.bring_back(uow, row)
    return _line(uow, row)


@operation("GET", "/workflows/<uuid:workflow_id>/template-update", tag=TAG, needs="workflow.edit",
           answer=shapes.TemplateNews, optional=True)  # fmt: skip
def get_template_update(uow: UnitOfWork, workflow_id: UUID) -> shapes.TemplateNews:
    """What is new in the template that a workflow follows, and what taking it would change in the draft.

    404 where nothing is new.
    """
    found = following.update(uow, whole.get(uow, workflow_id))
    return shapes.TemplateNews(
        template=found.news.template.slug, was=found.news.was, number=found.news.number, note=found.news.note,
        revision=found.draft.revision, changes=[one.text for one in found.changes], kept=list(found.kept),
        ways=found.ways,
    )  # fmt: skip


@operation("POST", "/workflows/<uuid:workflow_id>/template-update", tag=TAG, needs="workflow.edit",
           body=shapes.TakeUpdate, answer=Draft, conflicts=True)  # fmt: skip
def take_template_update(uow: UnitOfWork, workflow_id: UUID, body: shapes.TakeUpdate) -> Draft:
    """Take it into the draft that was seen. Nothing runs differently until that is published."""
    workflow = whole.get(uow, workflow_id)
    return draft_view(uow, workflow, following.take(uow, workflow, body.revision))


@operation("DELETE", "/workflows/<uuid:workflow_id>/template-update", tag=TAG, needs="workflow.edit")
def skip_template_update(uow: UnitOfWork, workflow_id: UUID) -> None:
    """Pass over this version: the next one is told again."""
    following.skip(uow, whole.get(uow, workflow_id))


def _line(uow: UnitOfWork, row: GalleryTemplate) -> shapes.TemplateLine:
    return shapes.TemplateLine.model_validate(rows.version(uow, row, row.number))
