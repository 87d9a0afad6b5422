"""A workspace's own templates: saved out of workflows, imported, exported, archived."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder.service import whole
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.unit_of_work import UnitOfWork
from studio.gallery import loading
from studio.gallery.answers import span
from studio.gallery.kept import rows
from studio.gallery.models import GalleryTemplate
from studio.gallery.own import filing, service
from studio.gallery.own.asking import askable
from studio.gallery.own.forms import DRAFT, ImportForm, KeepForm
from studio.gallery.views.blueprint import blueprint
from studio.runtime.models import Workflow

MOST_SHOWN = 20


@blueprint.get("/workflows/<uuid:workflow_id>/template/new")
@permission("gallery.manage")
def keep_page(workflow_id: UUID) -> ResponseReturnValue:
    """Ask what the template is to say and to ask; another one's next version begins with its words."""
    uow = web.current_uow()
    workflow = whole.get(uow, workflow_id)
    own = rows.listed(uow)
    into = next((one for one in own if one.slug == request.args.get("into", "")), None)
    form = KeepForm(
        formdata=None, into=into.slug if into else "", name=into.name if into else workflow.name[:80],
        value=into.value if into else workflow.description[:300], category=into.categories[0] if into else None,
        version=str(workflow.published_number or DRAFT),
    )  # fmt: skip
    return _keep_page(uow, workflow, form)


@blueprint.post("/workflows/<uuid:workflow_id>/template/new")
@permission("gallery.manage")
def keep(workflow_id: UUID) -> ResponseReturnValue:
    """Make the template, or its next version, and show it."""
    uow = web.current_uow()
    workflow, form = whole.get(uow, workflow_id), KeepForm()
    form.offer(rows.listed(uow), _categories(form), workflow.published_number)
    if not form.validate_on_submit():
        return _keep_page(uow, workflow, form), 422
    try:
        row = service.from_workflow(uow, workflow, form.wanted(), form.template_id())
    except InvalidInput as error:  # before anything was written
        return _keep_page(uow, workflow, form, error), 422
    return _made(row)


@blueprint.get("/gallery/import")
@permission("gallery.manage")
def import_page() -> ResponseReturnValue:
    """Ask for the file."""
    form = ImportForm()
    form.offer(rows.listed(web.current_uow()))
    return render_template("gallery/import.html", form=form, problems=())


@blueprint.post("/gallery/import")
@permission("gallery.manage")
def import_file() -> ResponseReturnValue:
    """Make a template of it, or say what is wrong with it."""
    uow, form = web.current_uow(), ImportForm()
    form.offer(rows.listed(uow))
    if not form.validate_on_submit():
        return render_template("gallery/import.html", form=form, problems=()), 422
    try:
        row = service.publish(uow, filing.read(uow, form.content()), form.template_id(), form.note.data or "", "file")
    except InvalidInput as error:
        return render_template("gallery/import.html", form=form, problems=error.problems[:MOST_SHOWN]), 422
    return _made(row)


@blueprint.get("/gallery/own/<uuid:template_id>/file")
@permission("gallery.read")
def own_file(template_id: UUID) -> ResponseReturnValue:
    """Its newest version as a file, which another Studio takes."""
    uow = web.current_uow()
    row = rows.get(uow, template_id)
    answer = Response(filing.written(rows.kept(uow, row, row.number).content), mimetype="application/json")
    name = filing.file_name(row.name, row.number)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@blueprint.post("/gallery/own/<uuid:template_id>/archive")
@permission("gallery.manage")
def own_archive(template_id: UUID) -> ResponseReturnValue:
    """Offer it no longer."""
    uow = web.current_uow()
    row = rows.get(uow, template_id)
    service.archive(uow, row)
    flash(_("“%(name)s” is archived. Workflows made of it stay as they are.", name=row.name), "good")
    return redirect(url_for("gallery.index"), 303)


@blueprint.post("/gallery/own/<uuid:template_id>/bring-back")
@permission("gallery.manage")
def own_bring_back(template_id: UUID) -> ResponseReturnValue:
    """Offer it again."""
    uow = web.current_uow()
    row = rows.get(uow, template_id)
    service.bring_back(uow, row)
    flash(_("“%(name)s” is in the gallery again.", name=row.name), "good")
    return redirect(url_for("gallery.template", slug=rows.slug(row.id)), 303)


def _keep_page(uow: UnitOfWork, workflow: Workflow, form: KeepForm, error: InvalidInput | None = None) -> str:
    form.offer(rows.listed(uow), _categories(form), workflow.published_number)
    document = service.source(uow, workflow, form.number())
    return render_template(
        "gallery/keep.html",
        workflow=workflow,
        form=form,
        found=askable(document)[:200],
        chosen=form.chosen(),
        problems=error.problems[:MOST_SHOWN] if error else (),
        span=span,
    )


def _categories(form: KeepForm) -> list[str]:
    """Those of Studio's templates, and the one that stands there already."""
    known = loading.categories()
    return known if form.category.data in (None, *known) else [form.category.data, *known]


def _made(row: GalleryTemplate) -> ResponseReturnValue:
    flash(_("Version %(number)s of “%(name)s” is in the gallery.", number=row.number, name=row.name), "good")
    return redirect(url_for("gallery.template", slug=rows.slug(row.id)), 303)
