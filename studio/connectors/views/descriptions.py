"""API descriptions: imported, looked at, imported again."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.connectors.description_forms import DescriptionForm
from studio.connectors.library import beginning, importing, looking, removing
from studio.connectors.models import ConnectorDocument
from studio.connectors.openapi.document.fetching import fetched
from studio.connectors.views.blueprint import blueprint, reach
from studio.core import web
from studio.core.errors import FieldProblem, NotFound, StudioError
from studio.core.limits import limiter
from studio.core.web import current_uow

SHOWN = 200
"""Operations on one page; whoever looks for another one searches."""


@blueprint.get("/connections/descriptions")
@permission("connection.read")
def descriptions() -> ResponseReturnValue:
    """All of them, newest versions."""
    found = looking.documents(current_uow())
    return render_template("connections/descriptions.html", found=found)


@blueprint.get("/connections/descriptions/new")
@permission("connection.manage")
def description_new() -> ResponseReturnValue:
    """The form that imports one."""
    return _form_page(DescriptionForm(formdata=None))


@blueprint.post("/connections/descriptions/new")
@permission("connection.manage")
@limiter.limit("20 per minute")
def description_new_post() -> ResponseReturnValue:
    """Import one."""
    return _imported("")


@blueprint.get("/connections/descriptions/<description>")
@permission("connection.read")
def description(description: str) -> ResponseReturnValue:
    """One: what it offers, what it leaves out, what its newest version changed."""
    uow, row = current_uow(), _named(description)
    search = request.args.get("q", "")[:120]
    found = looking.listed(uow, row, search, SHOWN)
    return render_template(
        "connections/description.html",
        row=row,
        found=found,
        q=search,
        more=len(found) == SHOWN,
        auth=beginning.auth(row),
        users=removing.used_by(uow, row.name),
    )


@blueprint.get("/connections/descriptions/<description>/update")
@permission("connection.manage")
def description_update(description: str) -> ResponseReturnValue:
    """The form that imports a new version, from the same address unless another one is given."""
    row = _named(description)
    form = DescriptionForm(formdata=None)
    form.address.data = row.source
    return _form_page(form, row)


@blueprint.post("/connections/descriptions/<description>/update")
@permission("connection.manage")
@limiter.limit("20 per minute")
def description_update_post(description: str) -> ResponseReturnValue:
    """Import a new version."""
    return _imported(_named(description).name)


@blueprint.post("/connections/descriptions/<description>/delete")
@permission("connection.manage")
def description_delete(description: str) -> ResponseReturnValue:
    """Delete it, unless a connection acts by it."""
    row = _named(description)
    try:
        removing.remove(current_uow(), row)
    except StudioError as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(url_for("connections.description", description=description))
    flash(_("“%(title)s” was deleted.", title=row.title), "good")
    return redirect(url_for("connections.descriptions"))


def _imported(name: str) -> ResponseReturnValue:
    form = DescriptionForm()
    if not form.validate_on_submit():
        return _form_page(form, _named(name) if name else None), 422
    address, content = (form.address.data or "").strip(), form.content()
    try:
        if not content and address:
            web.commit()  # nothing stays open while the other system is waited for
            content = fetched(reach().accounts.send, address)
        row = importing.keep(current_uow(), importing.described(content, address), content, name=name, source=address)
    except StudioError as error:
        web.rollback(error)
        held = _named(name) if name else None
        return _form_page(form, held, list(error.problems) or [FieldProblem("", error.code, error.message)]), 422
    flash(ngettext("“%(title)s” has %(count)s action now.", "“%(title)s” has %(count)s actions now.", row.operations,
                   title=row.title, count=row.operations), "good")  # fmt: skip
    return redirect(url_for("connections.description", description=row.name))


def _form_page(
    form: DescriptionForm, row: ConnectorDocument | None = None, problems: list[FieldProblem] | None = None
) -> str:
    return render_template("connections/description_new.html", form=form, row=row, problems=problems or [])


def _named(name: str) -> ConnectorDocument:
    row = looking.newest(current_uow(), name)
    if row is None:
        raise NotFound(_("There is no API description “%(name)s” in this workspace.", name=name[:60]))
    return row
