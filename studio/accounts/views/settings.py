"""Settings: the workspace itself, and mail."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts import mails
from studio.accounts.forms import WorkspaceForm
from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.accounts.service import workspaces as service
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.accounts.views.blueprint import blueprint, mailer, show_in
from studio.accounts.views.blueprint import settings as process_settings
from studio.core import ids, web
from studio.core.errors import InvalidInput
from studio.core.limits import limiter


@blueprint.get("/settings")
@permission("settings.read")
def settings() -> ResponseReturnValue:
    """Show what the workspace is set to."""
    row = service.current(web.current_uow())
    return render_template("accounts/settings.html", form=WorkspaceForm(obj=row), workspace=row)


@blueprint.post("/settings")
@permission("settings.manage")
def settings_post() -> ResponseReturnValue:
    """Change it."""
    form, uow = WorkspaceForm(), web.current_uow()
    if form.validate_on_submit():
        facts = WorkspaceFacts(
            name=form.name.data or "",
            currency=form.currency.data or "",
            time_zone=form.time_zone.data or "",
            locale=form.locale.data or "",
            retention_days=form.retention_days.data or 0,
            approver_seats=form.approver_seats.data or 0,
        )
        try:
            service.update(uow, facts)
        except InvalidInput as error:
            show_in(form, error, "name")
        else:
            flash(_("The settings of the workspace are saved."), "good")
            return redirect(url_for("accounts.settings"))
    row = service.current(web.current_uow())  # a refusal has rolled the earlier unit back
    return render_template("accounts/settings.html", form=form, workspace=row), 422


@blueprint.get("/settings/mail")
@permission("settings.read")
def mail() -> ResponseReturnValue:
    """Show how mail leaves; the password in the address is never shown."""
    return render_template("accounts/mail.html", settings=process_settings(), server=_server())


@blueprint.post("/settings/mail/test")
@permission("settings.manage")
@limiter.limit("5 per minute")
def mail_test() -> ResponseReturnValue:
    """Send a mail to oneself."""
    person = signed_in_person()
    mails.test(web.current_uow(), mailer(), person.email, key=ids.new_id().hex)
    flash(_("A test mail is on its way to %(address)s.", address=person.email), "good")
    return redirect(url_for("accounts.mail"))


def _server() -> str | None:
    url = process_settings().smtp_url
    return url.rsplit("@", 1)[-1].split("://")[-1].split("?")[0] if url else None
