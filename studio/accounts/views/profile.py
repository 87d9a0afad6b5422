"""What people set for themselves."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.forms import ChangePasswordForm, MailForm, ProfileForm
from studio.accounts.identity import Person, signed_in_person
from studio.accounts.outcomes import Theme
from studio.accounts.permissions import signed_in
from studio.accounts.service import credentials
from studio.accounts.service import profile as service
from studio.accounts.views.blueprint import blueprint, show_in
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.limits import limiter


@blueprint.get("/profile")
@signed_in
def profile() -> ResponseReturnValue:
    """Show what is set."""
    return _page(_filled(signed_in_person()), ChangePasswordForm())


@blueprint.post("/profile")
@signed_in
def profile_post() -> ResponseReturnValue:
    """Change it."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(form, ChangePasswordForm()), 422
    service.update(
        web.current_uow(),
        signed_in_person().user_id,
        name=form.name.data or "",
        time_zone=form.time_zone.data,
        locale=form.locale.data,
        theme=form.theme.data or Theme.SYSTEM,
    )
    flash(_("Your profile is saved."), "good")
    return redirect(url_for("accounts.profile"))


@blueprint.post("/profile/mail")
@signed_in
def mail_post() -> ResponseReturnValue:
    """Change when one is mailed about approvals."""
    form, person = MailForm(), signed_in_person()
    if form.validate_on_submit():
        try:
            service.set_mail(
                web.current_uow(),
                person.user_id,
                quiet_from=form.quiet_from.data,
                quiet_until=form.quiet_until.data,
                digest_at=form.digest_at.data,
                completion_mails=form.completion_mails.data,
            )
        except InvalidInput as error:
            show_in(form, error, "quiet_from")
        else:
            flash(_("Your choice about mail is saved."), "good")
            return redirect(url_for("accounts.profile"))
    return _page(_filled(person), ChangePasswordForm(), form), 422


@blueprint.post("/profile/password")
@signed_in
@limiter.limit("10 per minute")
def change_password() -> ResponseReturnValue:
    """Change one's own password; other browsers are signed out."""
    form, person = ChangePasswordForm(), signed_in_person()
    if not form.validate_on_submit():
        return _page(_filled(person), form), 422
    try:
        credentials.change(
            web.current_uow(),
            person.user_id,
            old=form.old.data or "",
            new=form.password.data or "",
            keep=person.session_id,
        )
    except InvalidInput as error:
        show_in(form, error, "password")
        return _page(_filled(person), form), 422
    flash(_("Your password is changed. Other browsers were signed out."), "good")
    return redirect(url_for("accounts.profile"))


def _filled(person: Person) -> ProfileForm:
    return ProfileForm(
        formdata=None,
        name=person.name,
        time_zone=person.own_time_zone or "",
        locale=person.own_locale or "",
        theme=Theme(person.theme),
    )


def _page(form: ProfileForm, password: ChangePasswordForm, mail: MailForm | None = None) -> str:
    if mail is None:
        mail = MailForm(formdata=None, obj=service.get(web.current_uow(), signed_in_person().user_id))
    return render_template("accounts/profile.html", form=form, password=password, mail=mail)
