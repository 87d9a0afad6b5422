"""What the reader has asked for, and asking for a decision without a workflow."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals import people, wordings
from studio.approvals.policies import service as policies
from studio.approvals.requesting import adhoc, own
from studio.approvals.requesting.own import Show
from studio.approvals.service import attaching, groups, schedules
from studio.approvals.service.nudging import nudge
from studio.core import web
from studio.core.errors import InvalidInput, NotFound, NotSignedIn, StudioError
from studio.core.limits import limiter
from studio.core.web import current_uow
from studio.portal import chosen_files, words
from studio.portal.ask_form import AskForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/requests")
@permission("approval.read")
def requests() -> ResponseReturnValue:
    """List what the reader has asked for, newest first; filters live in the address."""
    uow, person = current_uow(), signed_in_person()
    name = request.args.get("show")
    show = Show(name) if name in set(Show) else Show.ALL
    here: dict[str, Any] = {"show": None if show is Show.ALL else show.value}
    found = own.listed(uow, person.user_id, show, request.args.get("after"))
    return render_template(
        "portal/requests.html",
        page=found,
        show=show,
        shows=Show,
        now=uow.now,
        may_remind=lambda row: own.may_remind(row, uow),
        address=lambda **changed: url_for("portal.requests", **(here | changed)),
        first=not request.args.get("after"),
    )


@blueprint.get("/requests/new")
@permission("approval.ask")
def new_request() -> ResponseReturnValue:
    """The form of a new one."""
    return _page(AskForm(formdata=None))


@blueprint.post("/requests")
@permission("approval.ask")
@limiter.limit("60 per hour")
def ask() -> ResponseReturnValue:
    """Ask."""
    form, uow, person = AskForm(), current_uow(), signed_in_person()
    if form.more.data:
        if len(form.facts) < wordings.MOST_FACTS:
            form.facts.append_entry()
        chosen_files.come_back(uow, form)
        return _page(form)
    if not form.validate_on_submit():
        chosen_files.come_back(uow, form)
        return _page(form), 422
    try:
        wanted = form.wanted(uow.now, person.time_zone)
        checked = chosen_files.let_in(form)
        files = [*chosen_files.mine(uow, form), *attaching.keep(uow, checked)]
        made = adhoc.ask(uow, replace(wanted, attachments=[one.id for one in files]))
    except (NotFound, NotSignedIn):
        raise
    except StudioError as error:
        web.rollback(error)
        if isinstance(error, InvalidInput):
            form.show(error)
            chosen_files.come_back(current_uow(), form)
        return _page(form, error), error.status
    flash(_("Asked. Whoever decides gets a mail, and you are told how it ends."), "good")
    return redirect(url_for("portal.approval", request_id=made), 303)


@blueprint.post("/approvals/<uuid:request_id>/remind")
@permission("approval.ask")
def remind(request_id: UUID) -> ResponseReturnValue:
    """Have those who hold it reminded."""
    back = url_for("portal.requests") if request.args.get("from") == "requests" else None
    back = back or url_for("portal.approval", request_id=request_id)
    try:
        names = nudge(current_uow(), request_id)
    except (NotFound, NotSignedIn):
        raise
    except StudioError as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(back, 303)
    flash(_("Reminded by mail: %(names)s.", names=words.joined(names)), "good")
    return redirect(back, 303)


def _page(form: AskForm, problem: StudioError | None = None) -> str:
    uow, reader = current_uow(), signed_in_person()
    found = [SelectChoice(f"group:{one.name}", one.name) for one in groups.all_groups(uow)]
    found += [SelectChoice(f"schedule:{one.name}", one.name) for one in schedules.every(uow)]
    others = [one for one in people.deciders(uow) if one.id != reader.user_id]
    found += [SelectChoice(f"user:{one.email}", f"{one.name} ({one.email})") for one in others]
    named = [SelectChoice(one.name, one.name) for one in policies.every(uow)]
    form.offer(found, [SelectChoice("", _("No: those I choose below decide")), *named])
    return render_template("portal/ask.html", form=form, problem=problem, has_policies=bool(named))
