"""Settings: Slack. Where approvals are posted; secrets go in and never come out."""

from typing import cast
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission, public
from studio.approvals.models import SlackChannel
from studio.approvals.slack import members
from studio.approvals.slack.channels import Channels, Save
from studio.approvals.slack.posting import Posting
from studio.approvals.slack.press import NoPress
from studio.approvals.slack.pressing import Pressing
from studio.core import web
from studio.core.actor import Origin
from studio.core.errors import InvalidInput, TooLarge
from studio.core.limits import limiter
from studio.core.web import current_uow
from studio.portal.slack_forms import SlackForm
from studio.portal.views.blueprint import blueprint

LARGEST = 262_144
"""Bytes of one press: it carries the whole message."""


@blueprint.get("/settings/slack")
@permission("settings.read")
def slack() -> ResponseReturnValue:
    """Show where approvals are posted."""
    row = _channels().current(current_uow())
    return _page(SlackForm(formdata=None, obj=row), row)


@blueprint.post("/settings/slack")
@permission("settings.manage")
def slack_post() -> ResponseReturnValue:
    """Set it up, or change it."""
    form, uow = SlackForm(), current_uow()
    if form.validate_on_submit():
        save = Save(
            mode=form.mode.data or "",
            channel=(form.channel.data or "").strip(),
            token=(form.token.data or "").strip(),
            webhook=(form.webhook.data or "").strip(),
            signing=(form.signing.data or "").strip(),
            every=form.every.data,
        )
        try:
            _channels().save(uow, save)
        except InvalidInput as error:
            web.rollback(error)
            path = error.problems[0].path if error.problems else "mode"
            field = form._fields.get(path, form.mode)
            field.errors = [*field.errors, error.message]
        else:
            flash(_("Saved. Send a test message to see whether it gets there."), "good")
            return redirect(url_for("portal.slack"))
    return _page(form, _channels().current(current_uow())), 422


@blueprint.post("/settings/slack/test")
@permission("settings.manage")
@limiter.limit("10 per minute")
def slack_test() -> ResponseReturnValue:
    """Post a message now, and show what Slack answered."""
    workspace_id = current_uow().workspace
    web.commit()  # nothing stays open while Slack is waited for
    done, said = _posting().test(workspace_id)
    if done:
        flash(_("Slack took the test message."), "good")
    else:
        flash(_("The test message did not get there. %(said)s", said=said), "bad")
    return redirect(url_for("portal.slack"))


@blueprint.post("/settings/slack/remove")
@permission("settings.manage")
def slack_remove() -> ResponseReturnValue:
    """Post nothing any more."""
    _channels().remove(current_uow())
    flash(_("Slack is disconnected, and its secrets are gone. Messages that stand there stay as they are."), "info")
    return redirect(url_for("portal.slack"))


@blueprint.post("/settings/slack/members/<uuid:slack_user_id>/remove")
@permission("settings.manage")
def slack_member_remove(slack_user_id: UUID) -> ResponseReturnValue:
    """Let somebody's account decide nothing any more."""
    members.remove(current_uow(), slack_user_id)
    flash(_("That Slack account decides nothing here any more."), "info")
    return redirect(url_for("portal.slack"))


@blueprint.post("/slack/<uuid:installed_in>/actions")
@public("Slack tells of a press; its signature is checked against the workspace's signing secret", hot=True)
def slack_actions(installed_in: UUID) -> ResponseReturnValue:
    """Take a press. Whatever becomes of it is told in Slack, so the answer is empty."""
    if (request.content_length or 0) > LARGEST:
        raise TooLarge(_("This is larger than any press of a button."))
    body = request.get_data(cache=False)
    origin = Origin(ip=request.remote_addr, user_agent=request.user_agent.string[:200] or None)
    try:
        cast("Pressing", current_app.extensions["studio_slack"]).take(
            installed_in, dict(request.headers.items()), body, origin
        )
    except NoPress as error:
        raise InvalidInput(_("This is no press of a button as Slack describes it."), code="slack.payload") from error
    return "", 200


def slack_ready() -> bool:
    """Whether there is a channel."""
    return _channels().current(current_uow()) is not None


def _posting() -> Posting:
    return cast("Pressing", current_app.extensions["studio_slack"]).posting


def _channels() -> Channels:
    return _posting().channels


def _page(form: SlackForm, row: SlackChannel | None) -> str:
    uow = current_uow()
    address = f"{_posting().public_url}/slack/{uow.workspace}/actions"
    return render_template(
        "portal/slack.html",
        form=form,
        row=row,
        address=address,
        known=members.verified(uow),
        may_manage=signed_in_person().may("settings.manage"),
    )
