"""What is new in the template of a workflow, and the way into its draft."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.builder.service import whole
from studio.core import web
from studio.core.errors import InvalidInput, NotFound
from studio.gallery import following
from studio.gallery.own.forms import SeenForm
from studio.gallery.views.blueprint import blueprint


@blueprint.get("/workflows/<uuid:workflow_id>/template")
@permission("workflow.edit")
def news(workflow_id: UUID) -> ResponseReturnValue:
    """What taking the newer version would change in the draft."""
    uow = web.current_uow()
    workflow = whole.get(uow, workflow_id)
    found = following.news(uow, workflow)
    update, problem = None, None
    if found is not None:
        try:
            update = following.update(uow, workflow)
        except InvalidInput as error:  # such as: whoever decided then has left
            problem = error
    form = SeenForm(formdata=None, revision=update.draft.revision if update else None)
    return render_template(
        "gallery/news.html", workflow=workflow, news=found, update=update, problem=problem, form=form
    )  # fmt: skip


@blueprint.post("/workflows/<uuid:workflow_id>/template/take")
@permission("workflow.edit")
def take(workflow_id: UUID) -> ResponseReturnValue:
    """Put it into the draft, and open that."""
    workflow, form = whole.get(web.current_uow(), workflow_id), SeenForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Reload the page, then try again. Nothing was changed."), field="revision")
    following.take(web.current_uow(), workflow, form.revision.data or 0)
    flash(_("The draft has what is new in the template. Nothing runs differently until you publish it."), "good")
    return redirect(url_for("builder.edit", workflow_id=workflow.id), 303)


@blueprint.post("/workflows/<uuid:workflow_id>/template/skip")
@permission("workflow.edit")
def skip(workflow_id: UUID) -> ResponseReturnValue:
    """Pass over this version."""
    uow = web.current_uow()
    workflow = whole.get(uow, workflow_id)
    try:
        following.skip(uow, workflow)
    except NotFound:
        return redirect(url_for("console.workflow", workflow_id=workflow.id), 303)
    flash(_("This version is passed over. You hear of the next one."), "info")
    return redirect(url_for("console.workflow", workflow_id=workflow.id), 303)
