"""The decision page: what exactly am I saying yes to?"""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import service
from studio.approvals.outcomes import Channel
from studio.approvals.service import attaching
from studio.approvals.service.reading import Details
from studio.contract.gates import StepUpNeeded
from studio.core import formats, web
from studio.core.errors import Conflict, Forbidden, InvalidInput, NotFound, NotSignedIn, StudioError
from studio.core.web import current_uow
from studio.portal import attachments, chosen_files, deciding, escalating, threading, zones
from studio.portal.forms import DecideForm, SnoozeForm
from studio.portal.history import events
from studio.portal.views.blueprint import blueprint


@blueprint.get("/approvals/<uuid:request_id>")
@permission("approval.read")
def approval(request_id: UUID) -> ResponseReturnValue:
    """Show what is asked, and the buttons to whoever may press them."""
    return _page(request_id, DecideForm(formdata=None))


@blueprint.post("/approvals/<uuid:request_id>/decide")
@permission("approval.decide")
def decide(request_id: UUID) -> ResponseReturnValue:
    """Approve, decline or request changes."""
    form = DecideForm()
    try:
        vote = deciding.decide(current_uow(), request_id, form, Channel.PAGE)
    except StepUpNeeded:
        raise  # the question is put, and the way back leads here
    except StudioError as error:
        return _refused(request_id, form, error)
    found = service.details(current_uow(), request_id)
    flash(deciding.done_words(vote, found), "good")
    if request.args.get("from") == "inbox":
        return redirect(url_for("portal.inbox"))
    return redirect(url_for("portal.approval", request_id=request_id))


@blueprint.post("/approvals/<uuid:request_id>/comment")
@permission("approval.decide")
def comment(request_id: UUID) -> ResponseReturnValue:
    """Say something without deciding."""
    form = DecideForm()
    try:
        deciding.comment(current_uow(), request_id, form)
    except StudioError as error:
        return _refused(request_id, form, error)
    flash(_("Your comment stands below. Nothing was decided."), "info")
    return redirect(url_for("portal.approval", request_id=request_id))


@blueprint.post("/approvals/<uuid:request_id>/acknowledge")
@permission("approval.decide")
def acknowledge(request_id: UUID) -> ResponseReturnValue:
    """Say that one is on it: the next level of its escalation waits."""
    uow = current_uow()
    try:
        row = service.acknowledge(uow, request_id)
    except StudioError as error:
        return _refused(request_id, DecideForm(formdata=None), error)
    flash(escalating.done_words(row), "good")
    if request.args.get("from") == "inbox":
        return redirect(url_for("portal.inbox"))
    return redirect(url_for("portal.approval", request_id=request_id))


@blueprint.post("/approvals/<uuid:request_id>/threads")
@permission("approval.decide")
def threads(request_id: UUID) -> ResponseReturnValue:
    """Open a thread, answer in it, resolve it or open it again."""
    form = DecideForm()
    try:
        done = threading.act(current_uow(), request_id, form)
    except StudioError as error:
        return _refused(request_id, form, error)
    flash(done, "info")
    return redirect(url_for("portal.approval", request_id=request_id))


@blueprint.get("/approvals/<uuid:request_id>/reassign")
@permission("approval.decide")
def reassign(request_id: UUID) -> ResponseReturnValue:
    """Ask to whom."""
    uow = current_uow()
    found = service.details(uow, request_id)
    deciding.share_to_hand_on(found, request.args.get("share"))
    form = deciding.reassign_form(uow, found)
    return render_template("portal/reassign.html", found=found, form=form)


@blueprint.post("/approvals/<uuid:request_id>/reassign")
@permission("approval.decide")
def reassign_post(request_id: UUID) -> ResponseReturnValue:
    """Hand it on."""
    uow = current_uow()
    found = service.details(uow, request_id)
    form = deciding.reassign_form(uow, found)
    if not form.validate_on_submit():
        return render_template("portal/reassign.html", found=found, form=form), 422
    share_id = deciding.share_to_hand_on(found, request.args.get("share"))
    new = service.reassign(uow, share_id, UUID(form.to.data), form.note.data or "")
    name = deciding.name_of(uow, new.user_id)
    flash(_("Handed to %(name)s, who gets a mail.", name=name), "good")
    return redirect(url_for("portal.inbox"))


@blueprint.get("/approvals/<uuid:request_id>/snooze")
@permission("approval.decide")
def snooze_choice(request_id: UUID) -> ResponseReturnValue:
    """Ask until when."""
    return _snooze_page(request_id, SnoozeForm())


@blueprint.post("/approvals/<uuid:request_id>/snooze")
@permission("approval.decide")
def snooze_request(request_id: UUID) -> ResponseReturnValue:
    """Put one's own share off."""
    uow, form = current_uow(), SnoozeForm()
    found = service.details(uow, request_id)
    if not form.validate_on_submit():
        return _snooze_page(request_id, form), 422
    if found.own is None:
        raise Forbidden(_("You were not asked, so there is nothing to snooze."), code="not_asked")
    try:
        until = zones.snooze_moment(form.choice.data, form.until.data, uow.now, signed_in_person().time_zone)
    except InvalidInput as error:
        form.until.errors = [error.message]
        return _snooze_page(request_id, form), 422
    wake = service.snooze(uow, found.own.row.id, until)
    flash(_("Snoozed until %(when)s.", when=formats.at(wake)), "info")
    return redirect(url_for("portal.inbox"))


@blueprint.get("/approvals/<uuid:request_id>/history")
@permission("approval.read")
def history(request_id: UUID) -> ResponseReturnValue:
    """Who was asked, who handed it on, what was said, how it ended."""
    found = service.details(current_uow(), request_id)
    return render_template("portal/history.html", found=found, events=events(found))


@blueprint.get("/approvals/<uuid:request_id>/attachments/<uuid:attachment_id>")
@permission("approval.read")
def attachment(request_id: UUID, attachment_id: UUID) -> ResponseReturnValue:
    """Give one out, to whoever sees the request."""
    found = service.details(current_uow(), request_id)
    return attachments.answer(*attaching.find(found.attachments, attachment_id))


def _snooze_page(request_id: UUID, form: SnoozeForm) -> str:
    return render_template("portal/snooze.html", found=service.details(current_uow(), request_id), form=form)


def _page(request_id: UUID, form: DecideForm, error: StudioError | None = None) -> ResponseReturnValue:
    uow = current_uow()
    found = service.details(uow, request_id, shown=form.shown.data if error else None)
    page = render_template(
        "portal/decision.html",
        found=found,
        form=form,
        problem=error,
        now=uow.now,
        section=_section(found),
    )
    return page, error.status if error else 200


def _section(found: Details) -> str:
    if found.own_request and found.own is None:
        return "portal.requests"
    return "portal.inbox" if found.open else "portal.done"


def _refused(request_id: UUID, form: DecideForm, error: StudioError) -> ResponseReturnValue:
    """Show the page as it stands now, with why nothing was done above it."""
    if isinstance(error, NotFound | NotSignedIn):
        raise error
    web.rollback(error)
    if isinstance(error, InvalidInput | Conflict):
        chosen_files.come_back(current_uow(), form)
    return _page(request_id, form, error)
