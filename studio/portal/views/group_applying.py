"""Settings, groups of approvers: applying a change of one to requests that are open."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.approvals.service import applying, groups
from studio.core import ids, web
from studio.core.errors import Conflict
from studio.core.web import current_uow
from studio.portal.forms import ApplyForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/settings/groups/<uuid:group_id>/open")
@permission("group.manage")
def group_open(group_id: UUID) -> ResponseReturnValue:
    """Which open requests would change, who comes, who goes, and what the recount would decide."""
    found = applying.plan(current_uow(), group_id)
    form = ApplyForm(formdata=None, shown=found.shown)
    return render_template("portal/group_open.html", plan=found, group=found.group, form=form)


@blueprint.post("/settings/groups/<uuid:group_id>/open")
@permission("group.manage")
def apply_group(group_id: UUID) -> ResponseReturnValue:
    """Apply it to those that were shown and chosen."""
    group = groups.get(current_uow(), group_id)
    here, form = redirect(url_for("portal.group_open", group_id=group.id)), ApplyForm()
    chosen = [found for text in form.pick.data or () if (found := ids.parse_id(text)) is not None]
    if not form.validate_on_submit() or not chosen:
        flash(_("Choose the requests that shall follow the group."), "bad")
        return here
    try:
        done = applying.apply(current_uow(), group_id, form.shown.data or "", chosen)
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return here
    changed = sum(not one.refused for one in done)
    flash(ngettext("%(num)d request follows the group now.", "%(num)d requests follow the group now.", changed), "good")
    return here
