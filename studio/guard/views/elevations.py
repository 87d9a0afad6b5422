"""Settings: who may ask for which role, and who was elevated, why and when."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.accounts.service import members
from studio.core import web
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.guard.elevation import eligibility, ending, listing, words
from studio.guard.elevation_forms import GrantForm, RevokeForm
from studio.guard.views.blueprint import approvals, blueprint, sudo


@blueprint.get("/settings/elevation")
@permission("elevation.read")
def elevations() -> ResponseReturnValue:
    """List who may ask, what is going on, and what was."""
    return _page(GrantForm(formdata=None))


@blueprint.post("/settings/elevation/eligibilities")
@permission("elevation.manage")
def grant_eligibility() -> ResponseReturnValue:
    """Let somebody ask for a role."""
    form = GrantForm()
    sudo()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        made = eligibility.grant(current_uow(), form.save(signed_in_person().time_zone))
    except (Conflict, Forbidden, InvalidInput) as error:
        _show(form, error)
        return _page(form), error.status
    flash(_("%(name)s may ask for it from now on.", name=made.who), "good")
    return redirect(url_for("guard.elevations"))


@blueprint.post("/settings/elevation/eligibilities/<uuid:eligibility_id>/withdraw")
@permission("elevation.manage")
def withdraw_eligibility(eligibility_id: UUID) -> ResponseReturnValue:
    """Let them ask no longer."""
    uow = current_uow()
    eligibility.get(uow, eligibility_id)
    sudo()
    row = eligibility.withdraw(uow, eligibility_id)
    flash(_("%(name)s may not ask for it any longer. What was in force by it has ended.", name=row.who), "good")
    return redirect(url_for("guard.elevations"))


@blueprint.post("/settings/elevation/<uuid:elevation_id>/revoke")
@permission("elevation.manage")
def revoke_elevation(elevation_id: UUID) -> ResponseReturnValue:
    """End somebody's elevated access."""
    row = ending.revoke(current_uow(), elevation_id, RevokeForm().reason.data or "")
    flash(_("The elevated access of %(name)s has ended.", name=row.user_name), "good")
    return redirect(url_for("guard.elevations"))


def _page(form: GrantForm) -> str:
    uow = current_uow()
    form.offer(members.working(uow), approvals().groups(uow), _("Group"))
    found, after = listing.page(uow, after=parse_id(request.args.get("after", "")))
    older = url_for("guard.elevations", after=after) if after else None
    return render_template(
        "guard/elevations.html", form=form, held=eligibility.in_force(uow), going_on=listing.going_on(uow),
        past=[one for one in found if one.ended_at is not None], older=older, words=words,
    )  # fmt: skip


def _show(form: GrantForm, error: StudioError) -> None:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.who.errors = [*form.who.errors, error.message]
