"""The gallery: what could this do for me? And the wizard that makes a draft of a template."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.builder.picture import picture
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.gallery import facets, loading, service, words
from studio.gallery.kept import rows
from studio.gallery.kept.content import OwnTemplate
from studio.gallery.template import Template
from studio.gallery.views.blueprint import blueprint
from studio.gallery.wizard import Wizard


@blueprint.get("/gallery")
@permission("gallery.read")
def index() -> ResponseReturnValue:
    """All templates, the workspace's own first, narrowed by the address."""
    uow, category, search = current_uow(), request.args.get("category", ""), request.args.get("q", "").strip()
    needs, whose = [one for one in request.args.getlist("needs") if one], request.args.get("whose", "")
    known = _known(uow, whose)
    found = [one for one in known if _fits(one, category, search.casefold()) and facets.fits(one, needs)]
    place = service.place_of(uow)
    return render_template(
        "gallery/index.html",
        templates=[(one, picture(service.preview(uow, one, place))) for one in found],
        categories=sorted({category for one in known for category in one.categories}),
        category=category,
        search=search,
        needs=needs,
        whose=whose,
        facets=facets.choices(known),
    )


@blueprint.get("/gallery/<slug>")
@permission("gallery.read")
def template(slug: str) -> ResponseReturnValue:
    """One template: its picture, and its steps in words; of the workspace's own its versions too."""
    uow = current_uow()
    found = service.find(uow, slug)
    document = service.preview(uow, found)
    row = rows.by_name(uow, slug) if isinstance(found, OwnTemplate) else None
    return render_template(
        "gallery/template.html",
        template=found,
        row=row,
        versions=rows.versions(uow, row) if row is not None else (),
        picture=picture(document),
        steps=words.steps(document),
    )


@blueprint.get("/gallery/<slug>/use")
@permission("gallery.use")
def wizard(slug: str) -> ResponseReturnValue:
    """Ask what the template needs to know."""
    found = service.find(current_uow(), slug)
    return _wizard(found, _form(found))


@blueprint.post("/gallery/<slug>/use")
@permission("gallery.use")
def use(slug: str) -> ResponseReturnValue:
    """Make the draft, and open it."""
    found = service.find(current_uow(), slug)
    form = _form(found)
    if not form.form.validate_on_submit():
        return _wizard(found, form), 422
    try:
        workflow = service.use(current_uow(), slug, form.answers())
    except InvalidInput as error:
        form.show(error)
        return _wizard(found, form), 422
    return redirect(url_for("builder.edit", workflow_id=workflow.id), 303)


def _known(uow: UnitOfWork, whose: str) -> list[Template]:
    """Everybody's and the workspace's own, or one of the two, or what was archived."""
    if whose == "archived":
        return [*rows.listed(uow, archived=True)]
    own = [] if whose == "studio" else rows.listed(uow)
    return [*own, *(() if whose == "own" else loading.templates())]


def _form(template: Template) -> Wizard:
    uow = current_uow()
    place = service.place_of(uow)
    return Wizard(template, place, service.defaults(template, place))


def _wizard(template: Template, form: Wizard) -> str:
    return render_template(
        "gallery/wizard.html",
        template=template,
        wizard=form,
        picture=picture(service.preview(current_uow(), template)),
    )


def _fits(template: Template, category: str, search: str) -> bool:
    """By its words as they are read, and as they were written."""
    words = [template.name, template.value, *template.categories, *template.needs]
    text = " ".join([*words, *map(gettext, words)]).casefold()
    return (not category or category in template.categories) and all(word in text for word in search.split())
