"""Settings: the workspace itself, and mail."""

from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts import mails
from studio.accounts.forms import LogoForm, WorkspaceForm
from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission, public
from studio.accounts.service import approver_seats, logos
from studio.accounts.service import workspaces as service
from studio.accounts.service.workspaces import WorkspaceFacts
from studio.accounts.views.blueprint import blueprint, mailer, show_in
from studio.accounts.views.blueprint import settings as process_settings
from studio.core import ids, web
from studio.core.errors import InvalidInput
from studio.core.files import storing
from studio.core.files.giving import SANDBOX
from studio.core.limits import limiter


@blueprint.get("/settings")
@permission("settings.read")
def settings() -> ResponseReturnValue:
    """Show what the workspace is set to."""
    return _page(WorkspaceForm(obj=service.current(web.current_uow())), LogoForm())


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
    return _page(form, LogoForm()), 422


@blueprint.post("/settings/logo")
@permission("settings.manage")
@limiter.limit("30 per minute")
def logo_post() -> ResponseReturnValue:
    """Show another picture beside the workspace's name."""
    form, uow = LogoForm(), web.current_uow()
    if form.validate_on_submit():
        file = form.logo.data
        content = file.stream.read(logos.MOST_BYTES + 1) if file else b""
        try:
            logos.change(uow, (file.filename if file else None) or "", content)
        except InvalidInput as error:
            show_in(form, error, "logo")
        else:
            flash(_("The logo is saved."), "good")
            return redirect(url_for("accounts.settings"))
    return _page(WorkspaceForm(formdata=None, obj=service.current(web.current_uow())), form), 422


@blueprint.post("/settings/logo/remove")
@permission("settings.manage")
def logo_remove() -> ResponseReturnValue:
    """Show the first letter of the name again."""
    logos.remove(web.current_uow())
    flash(_("The logo is removed."), "good")
    return redirect(url_for("accounts.settings"))


@blueprint.get("/logo/<uuid:workspace_id>/<uuid:logo_id>")
@public("a logo is no secret: mails show it to whoever reads them")
def logo(workspace_id: UUID, logo_id: UUID) -> ResponseReturnValue:
    """The picture. Another one has another address, so it may be kept for long."""
    with web.database().unit(workspace_id, read_only=True) as unit:
        found = logos.shown(unit, logo_id)
        answer = Response(b"".join(storing.read(unit, found.id)), content_type=found.media_type)
        answer.set_etag(found.sha256)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    answer.headers["Content-Security-Policy"] = SANDBOX
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail programs in browsers show it
    answer.make_conditional(request)
    return answer


def _page(form: WorkspaceForm, picture: LogoForm) -> str:
    """The page; a refusal has rolled the earlier unit back, so what it shows is read anew."""
    uow = web.current_uow()
    row, seats = service.current(uow), approver_seats.usage(uow)
    return render_template("accounts/settings.html", form=form, picture=picture, workspace=row, seats=seats)


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
