"""Settings: when nothing is to be changed, and who changed something all the same."""

from uuid import UUID
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.guard.freezes_form import FreezePlanForm
from studio.guard.policies import service as policies
from studio.guard.service import freezing
from studio.guard.views.blueprint import blueprint, sudo


@blueprint.get("/settings/freezes")
@permission("protection.read")
def freezes() -> ResponseReturnValue:
    """Those of now, to come and over; and the form of another one."""
    return _page(FreezePlanForm(formdata=None))


@blueprint.post("/settings/freezes")
@permission("protection.manage")
def plan_freeze() -> ResponseReturnValue:
    """Plan one; its person has to have proved lately who they are."""
    form = FreezePlanForm()
    sudo()
    if not form.validate_on_submit():
        return _page(form), 422
    zone = ZoneInfo(signed_in_person().time_zone or "UTC")
    try:
        freezing.plan(
            current_uow(), name=form.name.data or "", starts_at=form.moment(form.starts_at, zone),
            ends_at=form.moment(form.ends_at, zone), kinds=form.kinds.data or [],
        )  # fmt: skip
    except InvalidInput as error:
        web.rollback(error)
        form.show(error)
        return _page(form), error.status
    flash(_("The freeze “%(name)s” is planned.", name=form.name.data), "good")
    return redirect(url_for("guard.freezes"), 303)


@blueprint.post("/settings/freezes/<uuid:guard_policy_id>/cancel")
@permission("protection.manage")
def cancel_freeze(guard_policy_id: UUID) -> ResponseReturnValue:
    """Take one away."""
    uow = current_uow()
    policies.get(uow, guard_policy_id)
    sudo()
    freezing.cancel(uow, guard_policy_id)
    flash(_("The freeze is taken away."), "good")
    return redirect(url_for("guard.freezes"), 303)


def _page(form: FreezePlanForm) -> str:
    uow = current_uow()
    return render_template(
        "guard/freezes.html", form=form, freezes=freezing.listed(uow), bypasses=freezing.bypasses(uow), now=uow.now
    )
