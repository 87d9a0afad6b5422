"""Settings: who has a seat."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.factors import listing, resetting
from studio.accounts.forms import InviteForm, RoleForm
from studio.accounts.identity import signed_in_person
from studio.accounts.outcomes import Role
from studio.accounts.permissions import permission, signed_in
from studio.accounts.service import approver_seats, invitations, members, workspaces
from studio.accounts.views.blueprint import blueprint, mailer, settings, show_in
from studio.core import web
from studio.core.errors import Conflict, Forbidden, InvalidInput
from studio.core.ids import parse_id
from studio.core.limits import limiter


@blueprint.get("/settings/people")
@permission("member.read")
def people() -> ResponseReturnValue:
    """List the seats."""
    return _page(InviteForm())


@blueprint.post("/settings/people")
@permission("member.manage")
def invite() -> ResponseReturnValue:
    """Give somebody a seat and mail them."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        invitations.invite(
            web.current_uow(),
            mailer(),
            email=form.email.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            public_url=settings().public_url,
        )
    except (InvalidInput, Conflict, Forbidden) as error:
        show_in(form, error, "role")
        return _page(form), error.status
    flash(_("%(name)s has a seat and gets a mail.", name=form.name.data), "good")
    return redirect(url_for("accounts.people"))


@blueprint.post("/settings/people/<seat_id>/role")
@permission("member.manage")
def change_role(seat_id: str) -> ResponseReturnValue:
    """Make a seat another one."""
    form = RoleForm()
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the seats."), field="role")
    seat = members.change_role(web.current_uow(), parse_id(seat_id), Role(form.role.data))
    flash(_("The seat of %(name)s is changed.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


@blueprint.post("/settings/people/<seat_id>/disable")
@permission("member.manage")
def disable(seat_id: str) -> ResponseReturnValue:
    """Take a seat away at once."""
    seat = members.disable(web.current_uow(), parse_id(seat_id))
    flash(_("%(name)s has no seat here any more.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


@blueprint.post("/settings/people/<seat_id>/invite")
@permission("member.manage")
@limiter.limit("30 per minute")
def invite_again(seat_id: str) -> ResponseReturnValue:
    """Mail the invitation once more."""
    seat = invitations.send_again(web.current_uow(), mailer(), parse_id(seat_id), public_url=settings().public_url)
    flash(_("%(name)s gets a new mail. The link of the old one has ended.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


@blueprint.post("/settings/people/<seat_id>/withdraw")
@permission("member.manage")
def withdraw_invitation(seat_id: str) -> ResponseReturnValue:
    """Take the seat of somebody away who has not come in yet."""
    seat = members.withdraw(web.current_uow(), parse_id(seat_id))
    flash(_("The invitation of %(name)s is withdrawn.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


@blueprint.post("/settings/people/<seat_id>/reset-factors")
@permission("member.manage")
@limiter.limit("30 per minute")
def reset_factors(seat_id: str) -> ResponseReturnValue:
    """Take away the passkeys and codes that somebody has lost; whoever does it proves who they are first."""
    seat = resetting.reset(web.current_uow(), mailer(), parse_id(seat_id), public_url=settings().public_url)
    flash(_("%(name)s signs in by the password alone now, and gets a mail.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


@blueprint.get("/invitations/<seat_id>")
@signed_in
def invitation(seat_id: str) -> ResponseReturnValue:
    """Where the mail leads of whoever has an account already: into the workspace of their new seat."""
    seat = invitations.mine(signed_in_person(), parse_id(seat_id))
    return render_template("accounts/invitation.html", seat=seat)


@blueprint.post("/settings/people/<seat_id>/enable")
@permission("member.manage")
def enable(seat_id: str) -> ResponseReturnValue:
    """Give a seat back."""
    seat = members.enable(web.current_uow(), parse_id(seat_id))
    flash(_("%(name)s has the seat back.", name=seat.user.name), "good")
    return redirect(url_for("accounts.people"))


def _page(form: InviteForm) -> str:
    seats, after = members.page(web.current_uow(), parse_id(request.args.get("after", "")))
    older = url_for("accounts.people", after=after) if after else None
    usage = approver_seats.usage(web.current_uow())
    strong = listing.with_second(web.current_uow(), [seat.user_id for seat in seats])
    owners = members.acting_owners(web.current_uow())
    invited = {seat.id for seat in seats if not members.came_in(seat)}
    provider = workspaces.current(web.current_uow()).sign_in_name
    return render_template(
        "accounts/people.html", form=form, seats=seats, older=older, usage=usage, strong=strong, owners=owners,
        invited=invited, provider=provider,
    )  # fmt: skip
