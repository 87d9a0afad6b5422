"""The gallery: what could this do for me? And the wizard that makes a draft of a template."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.permissions import permission
from studio.builder.picture import picture
from studio.core.errors import InvalidInput
from studio.core.i18n import gettext
from studio.core.web import current_uow
from studio.gallery import loading, service, words
from studio.gallery.template import Template
from studio.gallery.wizard import Wizard

blueprint = Blueprint("gallery", "studio.gallery")


@blueprint.get("/gallery")
@permission("gallery.read")
def index() -> ResponseReturnValue:
    """All templates, narrowed by the address."""
    uow, category, search = current_uow(), request.args.get("category", ""), request.args.get("q", "").strip()
    found = [one for one in loading.templates() if _fits(one, category, search.casefold())]
    place = service.place_of(uow)
    return render_template(
        "gallery/index.html",
        templates=[(one, picture(service.preview(uow, one, place))) for one in found],
        categories=loading.categories(),
        category=category,
        search=search,
    )


@blueprint.get("/gallery/<slug>")
@permission("gallery.read")
def template(slug: str) -> ResponseReturnValue:
    """One template: its picture, and its steps in words."""
    found = loading.template(slug)
    document = service.preview(current_uow(), found)
    return render_template(
        "gallery/template.html", template=found, picture=picture(document), steps=words.steps(document)
    )


@blueprint.get("/gallery/<slug>/use")
@permission("gallery.use")
def wizard(slug: str) -> ResponseReturnValue:
    """Ask what the template needs to know."""
    found = loading.template(slug)
    return _wizard(found, _form(found))


@blueprint.post("/gallery/<slug>/use")
@permission("gallery.use")
def use(slug: str) -> ResponseReturnValue:
    """Make the draft, and open it."""
    found = loading.template(slug)
    form = _form(found)
    if not form.form.validate_on_submit():
        return _wizard(found, form), 422
    try:
        workflow = service.use(current_uow(), slug, form.answers())
    except InvalidInput as error:
        form.show(error)
        return _wizard(found, form), 422
    return redirect(url_for("builder.edit", workflow_id=workflow.id), 303)


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
