"""Settings, approval policies: applying an edited one to requests that are open."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.approvals.policies import applying
from studio.approvals.policies import service as policies
from studio.core import ids, web
from studio.core.errors import Conflict
from studio.core.numerals import whole
from studio.core.web import current_uow
from studio.portal.forms import ApplyForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/settings/policies/<uuid:policy_id>/open")
@permission("policy.manage")
def policy_open(policy_id: UUID) -> ResponseReturnValue:
    """Which open requests would change, who comes, who goes, and what the recount would decide."""
    found = applying.plan(current_uow(), policy_id)
    form = ApplyForm(formdata=None, shown=str(found.policy.version))
    return render_template("portal/policy_open.html", plan=found, form=form)


@blueprint.post("/settings/policies/<uuid:policy_id>/open")
@permission("policy.manage")
def apply_policy(policy_id: UUID) -> ResponseReturnValue:
    """Apply it to those that were shown and chosen."""
    policy = policies.get(current_uow(), policy_id)
    here, form = redirect(url_for("portal.policy_open", policy_id=policy.id)), ApplyForm()
    chosen = [found for text in form.pick.data or () if (found := ids.parse_id(text)) is not None]
    if not form.validate_on_submit() or not chosen:
        flash(_("Choose the requests that shall follow the policy."), "bad")
        return here
    shown = whole(form.shown.data or "") or 0
    try:
        done = applying.apply(current_uow(), policy_id, shown, chosen)
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return here
    changed = sum(not one.refused for one in done)
    said = ngettext("%(num)d request follows the policy now.", "%(num)d requests follow the policy now.", changed)
    flash(said, "good")
    return here
