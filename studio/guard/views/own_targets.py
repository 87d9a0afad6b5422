"""Settings: what a workspace protects itself, beside Studio's own protected actions."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.web import current_uow
from studio.guard.policies import service as policies
from studio.guard.target_form import TargetForm
from studio.guard.views.blueprint import blueprint, sudo


@blueprint.get("/settings/protection/actions/new")
@permission("protection.manage")
def new_protected_action() -> ResponseReturnValue:
    """The form of a new one."""
    return _page(TargetForm(formdata=None))


@blueprint.post("/settings/protection/actions")
@permission("protection.manage")
def create_protected_action() -> ResponseReturnValue:
    """Make one; a policy before it is what it asks for."""
    form = TargetForm()
    sudo()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        row = policies.protect(current_uow(), form.save())
    except (Conflict, InvalidInput) as error:
        web.rollback(error)
        for path, said in [(one.path, one.message) for one in error.problems] or [(error.field or "", error.message)]:
            field = form.field_at(path)
            field.errors = [*field.errors, said]
        return _page(form), error.status
    flash(_("%(title)s can have policies now. Say what it asks for.", title=row.title), "good")
    return redirect(url_for("guard.new_protection_policy", target=row.key))


@blueprint.post("/settings/protection/actions/<uuid:guard_target_id>/retire")
@permission("protection.manage")
def retire_protected_action(guard_target_id: UUID) -> ResponseReturnValue:
    """Protect it no longer."""
    uow = current_uow()
    row = policies.target(uow, guard_target_id)
    sudo()
    try:
        policies.unprotect(uow, row.id)
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("%(title)s is protected no longer.", title=row.title), "good")
    return redirect(url_for("guard.protection"))


def _page(form: TargetForm) -> str:
    form.offer()
    return render_template("guard/target.html", form=form)
