"""Profile: one's own Slack account."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.approvals.outcomes import CodeVerdict
from studio.approvals.slack import members
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.limits import limiter
from studio.core.web import current_uow
from studio.portal.slack_forms import SlackCodeForm, SlackMemberForm
from studio.portal.views.blueprint import blueprint


@blueprint.get("/profile/slack")
@permission("approval.decide")
def slack_account() -> ResponseReturnValue:
    """Show whose account is connected, and ask."""
    return _page(SlackMemberForm(formdata=None), SlackCodeForm(formdata=None))


@blueprint.post("/profile/slack")
@permission("approval.decide")
@limiter.limit("10 per hour")
def slack_account_post() -> ResponseReturnValue:
    """Say which account is one's own; a code is sent to it."""
    form = SlackMemberForm()
    if form.validate_on_submit():
        try:
            members.claim(current_uow(), form.member_id.data or "")
        except (InvalidInput, Conflict) as error:
            web.rollback(error)
            form.member_id.errors = [*form.member_id.errors, error.message]
            return _page(form, SlackCodeForm(formdata=None)), error.status
        flash(_("A code is on its way to that Slack account."), "info")
        return redirect(url_for("portal.slack_account"))
    return _page(form, SlackCodeForm(formdata=None)), 422


@blueprint.post("/profile/slack/code")
@permission("approval.decide")
@limiter.limit("30 per hour")
def slack_code() -> ResponseReturnValue:
    """Look at the typed code."""
    form = SlackCodeForm()
    if not form.validate_on_submit():
        return _page(SlackMemberForm(formdata=None), form), 422
    try:
        verdict = members.confirm(current_uow(), form.digits.data or "")
    except Conflict as error:
        web.rollback(error)
        return _refused(form, error.message, error.status)
    said = {
        CodeVerdict.WRONG: _("That is not the code. Nothing was connected."),
        CodeVerdict.EXPIRED: _("That code is too old, or none was sent. Ask for a new one."),
        CodeVerdict.LOCKED: _("Too many wrong codes. Ask for a new one."),
    }
    if verdict is not CodeVerdict.RIGHT:
        return _refused(form, said[verdict], 422)
    flash(_("Your Slack account is connected: its buttons decide in your name."), "good")
    return redirect(url_for("portal.slack_account"))


@blueprint.post("/profile/slack/remove")
@permission("approval.decide")
def slack_account_remove() -> ResponseReturnValue:
    """Let one's own account decide nothing any more."""
    members.remove(current_uow(), signed_in_person().user_id)
    flash(_("Your Slack account is disconnected: its buttons decide nothing any more."), "info")
    return redirect(url_for("portal.slack_account"))


def _refused(form: SlackCodeForm, message: str, status: int) -> ResponseReturnValue:
    form.digits.errors = [*form.digits.errors, message]
    return _page(SlackMemberForm(formdata=None), form), status


def _page(form: SlackMemberForm, code: SlackCodeForm) -> str:
    own = members.own(current_uow(), signed_in_person().user_id)
    if own is not None and not form.member_id.data:
        form.member_id.data = own.member_id
    return render_template("portal/slack_account.html", form=form, code=code, own=own)
