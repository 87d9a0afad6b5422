"""Taking a request back, by whoever asked or an admin."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.approvals import service
from studio.core.errors import Conflict
from studio.core.web import current_uow
from studio.portal.forms import TakeBackForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/approvals/<uuid:request_id>/take-back")
@permission("approval.decide")
def take_back(request_id: UUID) -> ResponseReturnValue:
    """Ask why."""
    found = service.details(current_uow(), request_id)
    if not found.retractable:
        raise Conflict(_("This cannot be taken back, or not by you."), code="not_open")
    return render_template("portal/take_back.html", found=found, form=TakeBackForm())


@blueprint.post("/approvals/<uuid:request_id>/take-back")
@permission("approval.decide")
def take_back_post(request_id: UUID) -> ResponseReturnValue:
    """Take it back."""
    uow, form = current_uow(), TakeBackForm()
    if not form.validate_on_submit():
        return render_template("portal/take_back.html", found=service.details(uow, request_id), form=form), 422
    service.take_back(uow, request_id, form.reason.data or "")
    flash(_("Taken back. Everybody who was asked gets a mail that says so."), "good")
    return redirect(url_for("portal.approval", request_id=request_id))
