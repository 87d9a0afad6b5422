"""Settings: what an edited calendar would make of open deadlines, and moving them."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.approvals.service import calendars, recounting
from studio.core import web
from studio.core.errors import Conflict
from studio.core.web import current_uow
from studio.portal.forms import RecountForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/settings/calendars/<uuid:calendar_id>/deadlines")
@permission("calendar.manage")
def calendar_deadlines(calendar_id: UUID) -> str:
    """What would move, from when to when."""
    uow = current_uow()
    plan = recounting.plan(uow, calendar_id)
    form = RecountForm(formdata=None, shown=plan.shown)
    return render_template("portal/recount.html", calendar=calendars.get(uow, calendar_id), plan=plan, form=form)


@blueprint.post("/settings/calendars/<uuid:calendar_id>/deadlines")
@permission("calendar.manage")
def move_deadlines(calendar_id: UUID) -> ResponseReturnValue:
    """Move what is still open."""
    form = RecountForm()
    form.validate_on_submit()
    here = redirect(url_for("portal.calendar_deadlines", calendar_id=calendar_id))
    try:
        moved = recounting.apply(current_uow(), calendar_id, form.shown.data or "")
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return here
    flash(ngettext("%(num)d request has its new moments.", "%(num)d requests have their new moments.", moved), "good")
    return here
