"""Ending a request without those who were asked."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.approvals import service
from studio.contract.gates import StepUpNeeded
from studio.core import web
from studio.core.errors import Conflict, NotFound, NotSignedIn, StudioError
from studio.core.web import current_uow
from studio.portal.forms import BypassForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/approvals/<uuid:request_id>/bypass")
@permission("approval.bypass")
def bypass(request_id: UUID) -> ResponseReturnValue:
    """Say what it means, and ask why."""
    found = service.details(current_uow(), request_id)
    if not found.bypassable:
        raise Conflict(_("There is nothing to bypass here, or not by you."), code="not_bypassable")
    return _page(request_id, BypassForm(formdata=None, data={"shown": found.request.shown}))


@blueprint.post("/approvals/<uuid:request_id>/bypass")
@permission("approval.bypass")
def bypass_post(request_id: UUID) -> ResponseReturnValue:
    """Bypass it."""
    uow, form = current_uow(), BypassForm()
    if not form.validate_on_submit():
        return _page(request_id, form, None, 422)
    try:
        service.bypass(uow, request_id, shown=form.shown.data or "", reason=form.reason.data or "")
    except (NotFound, NotSignedIn, StepUpNeeded):
        raise
    except StudioError as error:
        web.rollback(error)
        return _page(request_id, form, error, error.status)
    flash(_("Bypassed. Everybody who was asked gets a mail with your name and reason."), "good")
    return redirect(url_for("portal.approval", request_id=request_id))


def _page(
    request_id: UUID, form: BypassForm, problem: StudioError | None = None, status: int = 200
) -> ResponseReturnValue:
    found = service.details(current_uow(), request_id)
    form.shown.data = found.request.shown  # what this page shows, whatever the one before did
    return render_template("portal/bypass.html", found=found, form=form, problem=problem), status
