"""What the link of an alert's mail opens, made for a phone at night.

Following it changes nothing. It shows what the mail said, to whoever holds it: so its buttons work without signing
in, in the name of the person whom it was sent to. It can do no more than this: say who is on one alert, and that it is
over.
"""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.identity import current_person
from studio.accounts.permissions import public
from studio.approvals import people
from studio.core import tenancy, web
from studio.core.crypto import workspace_of
from studio.core.errors import Conflict, Gone, InvalidInput, NotFound
from studio.core.limits import limiter
from studio.core.unit_of_work import UnitOfWork
from studio.core.web import current_uow
from studio.oversight.alerts import links
from studio.portal import alert_words
from studio.portal.alert_forms import AnswerForm
from studio.portal.views.blueprint import blueprint
from studio.portal.views.links import act_as


@blueprint.get("/al/<token>")
@public("a mail's link: shows what the mail said, and changes nothing")
@limiter.limit("120 per minute")
def alert_link(token: str) -> ResponseReturnValue:
    """The alert as it is now, with what its person can say about it."""
    return _page(*_find(token), token)


@blueprint.post("/al/<token>")
@public("a mail's link: whoever was told says who is on it, or that it is over")
@limiter.limit("60 per minute")
def answer_alert_link(token: str) -> ResponseReturnValue:
    """Do what a button says, as the person whom the link was sent to."""
    uow, found = _find(token)
    form, signed_in = AnswerForm(), current_person()
    if found.old or (signed_in is not None and signed_in.user_id != found.person.id):
        raise Gone(_("This link says nothing any more. Sign in to see the alert."), code="alert.link_old")
    if not form.validate_on_submit():
        raise InvalidInput(_("Choose one of the answers offered."), field="do")
    try:
        said = form.perform(uow, found.alert, "mail_link")
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return _page(*_find(token), token), error.status
    flash(said, "good")
    return redirect(url_for("portal.alert_link", token=token), 303)


def _page(uow: UnitOfWork, found: links.Found, token: str) -> str:
    signed_in = current_person()
    other = signed_in is not None and signed_in.user_id != found.person.id
    shown = alert_words.shown(uow, found.alert, found.person.id) if not found.old and not other else None
    return render_template(
        "portal/alert_link.html", shown=shown, token=token, form=AnswerForm(formdata=None), person_told=found.person,
        signed_in_as=signed_in.email if signed_in is not None and other else None,
        workspace=people.workspace_name(uow), alert_words=alert_words, alert_id=found.alert.id,
    )  # fmt: skip


def _find(token: str) -> tuple[UnitOfWork, links.Found]:
    """The unit of work as the link's person, and where it leads. One answer to all bad tokens."""
    workspace_id, uow = workspace_of(token), current_uow()
    if workspace_id is not None:
        signed_in = current_person()
        tenancy.bind(uow.session, workspace_id=workspace_id, user_id=signed_in.user_id if signed_in else None)
        uow.workspace_id = workspace_id
        found = links.find(uow, token)
        if found is not None:
            act_as(uow, found.person)
            return uow, found
    raise NotFound(_("This link leads nowhere. Look for the newest mail, or sign in."), code="no_link")
