"""Forgotten passwords, and the links that mails carry."""

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.forms import ForgotForm, NewPasswordForm
from studio.accounts.identity import SESSION_KEY, Person, current_person
from studio.accounts.permissions import public
from studio.accounts.service import credentials, invitations
from studio.accounts.views.blueprint import blueprint, mailer, settings, show_in
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.limits import limiter

_KEPT = "password_link"


@blueprint.get("/password/forgot")
@public("nobody is signed in yet")
def forgot() -> ResponseReturnValue:
    """Ask for the address."""
    return render_template("accounts/forgot.html", form=ForgotForm(), sent=False)


@blueprint.post("/password/forgot")
@public("nobody is signed in yet")
@limiter.limit("10 per minute; 60 per hour")
def forgot_post() -> ResponseReturnValue:
    """Mail a link; the same answer whether the address is known or not."""
    form = ForgotForm()
    if not form.validate_on_submit():
        return render_template("accounts/forgot.html", form=form, sent=False), 422
    credentials.request_reset(web.current_uow(), mailer(), form.email.data or "", public_url=settings().public_url)
    return render_template("accounts/forgot.html", form=form, sent=True)


@blueprint.get("/password/<token>")
@public("the link in a mail; it changes nothing")
@limiter.limit("30 per minute")
def password_link(token: str) -> ResponseReturnValue:
    """Take the token out of the address, so that it stays in no history and no referrer."""
    session[_KEPT] = token
    return redirect(url_for("accounts.new_password"))


@blueprint.get("/password/new")
@public("whoever holds a link may choose a password")
def new_password() -> ResponseReturnValue:
    """Ask for the new password. An ended link says so at once."""
    return _choice(NewPasswordForm())


@blueprint.post("/password/new")
@public("whoever holds a link may choose a password")
@limiter.limit("10 per minute")
def new_password_post() -> ResponseReturnValue:
    """Choose the password; the link ends, and so do all sessions."""
    form, token = NewPasswordForm(), session.get(_KEPT)
    invitations.refuse_other(_somebody(), credentials.whose(web.current_uow(), token))
    if form.validate_on_submit():
        try:
            credentials.redeem(web.current_uow(), token, form.password.data or "")
        except InvalidInput as error:
            show_in(form, error, "password")
        else:
            session.clear()
            flash(_("Your password is set. Sign in with it."), "good")
            return redirect(url_for("accounts.sign_in"))
    return _choice(form), 422


def _somebody() -> Person | None:
    """Who is signed in in this browser, if anybody: this page asks nobody to."""
    return current_person() if SESSION_KEY in session else None


def _choice(form: NewPasswordForm) -> str:
    """The form; whoever was invited reads to where."""
    uow = web.current_uow()
    user = credentials.whose(uow, session.get(_KEPT))
    invitations.refuse_other(_somebody(), user)
    invited_to = credentials.workplaces(uow, user) if user.password_hash is None else []
    return render_template("accounts/new_password.html", form=form, email=user.email, invited_to=invited_to)
