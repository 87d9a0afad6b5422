"""A new version by whoever asked, and setting aside that changes were asked for."""

from dataclasses import replace
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.permissions import permission
from studio.approvals import service
from studio.approvals.models import Request
from studio.approvals.service import attaching
from studio.approvals.service.reading import Details
from studio.approvals.wordings import MOST_FACTS, Edits
from studio.core import web
from studio.core.errors import Conflict, NotFound, NotSignedIn, StudioError
from studio.core.web import current_uow
from studio.portal import chosen_files
from studio.portal.forms import DismissForm, ReviseForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/approvals/<uuid:request_id>/revise")
@permission("approval.decide")
def revise(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked as a form, to whoever may word it anew."""
    found = service.details(current_uow(), request_id)
    if not found.revisable:
        raise Conflict(_("You cannot change what is asked here, or no longer."), code="not_revisable")
    return _form(found, _filled(found.request), None)


@blueprint.post("/approvals/<uuid:request_id>/revise")
@permission("approval.decide")
def revise_post(request_id: UUID) -> ResponseReturnValue:
    """Resubmit it."""
    uow, form = current_uow(), ReviseForm()
    if not form.validate_on_submit():
        chosen_files.come_back(uow, form)
        return _form(service.details(uow, request_id), form, None, 422)
    try:
        found = service.details(uow, request_id)
        checked = chosen_files.let_in(form)
        files = [*chosen_files.mine(uow, form), *attaching.keep(uow, checked)]
        edits = replace(_edits(form, found), add=attaching.as_worded(files))
        service.revise(uow, request_id, edits, shown=form.shown.data or "", note=form.note.data or "")
    except (NotFound, NotSignedIn):
        raise
    except StudioError as error:
        web.rollback(error)
        chosen_files.come_back(current_uow(), form)
        found = service.details(current_uow(), request_id, shown=form.shown.data)
        return _form(found, form, error, error.status)
    flash(_("Resubmitted. Everybody who is asked gets a mail that says what has changed."), "good")
    return redirect(url_for("portal.approval", request_id=request_id))


@blueprint.get("/approvals/<uuid:request_id>/dismiss")
@permission("approval.manage")
def dismiss(request_id: UUID) -> ResponseReturnValue:
    """Ask why."""
    found = service.details(current_uow(), request_id)
    if not found.dismissable:
        raise Conflict(_("There are no changes to set aside here, or not by you."), code="not_held")
    return render_template("portal/dismiss.html", found=found, form=DismissForm())


@blueprint.post("/approvals/<uuid:request_id>/dismiss")
@permission("approval.manage")
def dismiss_post(request_id: UUID) -> ResponseReturnValue:
    """Set it aside."""
    uow, form = current_uow(), DismissForm()
    if not form.validate_on_submit():
        return render_template("portal/dismiss.html", found=service.details(uow, request_id), form=form), 422
    service.dismiss(uow, request_id, form.reason.data or "")
    flash(_("Set aside. It can be decided again."), "good")
    return redirect(url_for("portal.approval", request_id=request_id))


def _filled(request: Request) -> ReviseForm:
    """The form as the request stands, with one more line for a fact."""
    facts = [{"label": label, "value": value} for label, value in request.facts]
    more = [{"label": "", "value": ""}] if len(facts) < MOST_FACTS else []
    return ReviseForm(
        formdata=None,
        data={
            "title": request.title,
            "facts": facts + more,
            "amount": request.amount or "",
            "currency": request.currency or "",
            "text": request.instructions,
            "keep": [one["id"] for one in request.attachments],
            "shown": request.shown,
        },
    )


def _edits(form: ReviseForm, found: Details) -> Edits:
    lines = [(entry.form.label.data or "", entry.form.value.data or "") for entry in form.facts]
    return Edits(
        title=form.title.data,
        facts=[(label, value) for label, value in lines if label.strip() or value.strip()],
        instructions=(form.text.data or "") if found.text_theirs else None,
        amount=form.amount.data or "",
        currency=form.currency.data or "",
        keep=form.keep.data or [],
    )


def _form(found: Details, form: ReviseForm, problem: StudioError | None, status: int = 200) -> ResponseReturnValue:
    form.keep.choices = [SelectChoice(one["id"], one["name"]) for one in found.request.attachments]
    return render_template("portal/revise.html", found=found, form=form, problem=problem), status
