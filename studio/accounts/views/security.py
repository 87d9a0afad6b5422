"""Profile, Security: passkeys, the authenticator app, recovery codes. Every change asks the gates first."""

from typing import cast

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.factors import checking, enrolment, listing, totp
from studio.accounts.forms import PasskeyForm, TotpForm
from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import signed_in
from studio.accounts.site import Site
from studio.accounts.views.blueprint import blueprint, mailer, settings, show_in
from studio.contract.gates import Gates
from studio.core import web
from studio.core.crypto import Keyring
from studio.core.errors import Forbidden, InvalidInput
from studio.core.ids import parse_id
from studio.core.limits import limiter


@blueprint.get("/profile/security")
@signed_in
def security() -> ResponseReturnValue:
    """Show what is set up."""
    return _page()


@blueprint.post("/profile/security/passkeys/new")
@signed_in
def new_passkey() -> ResponseReturnValue:
    """Ask the browser for a passkey."""
    _sudo()
    if not _site().has_passkeys:
        sentence = _("Passkeys need Studio's own name over https, or localhost.")
        raise InvalidInput(sentence, code="no_passkeys_here")
    return _ask_for_passkey(PasskeyForm(formdata=None))


@blueprint.post("/profile/security/passkeys")
@signed_in
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser has made."""
    uow, form = web.current_uow(), PasskeyForm()
    _sudo()
    if not form.validate_on_submit():
        return _ask_for_passkey(form), 422
    name, made = form.name.data or "", form.answer.data or ""
    try:
        codes = enrolment.add_passkey(uow, _site(), mailer(), signed_in_person(), name=name, answer=made)
    except InvalidInput as error:
        form.answer.data = ""
        show_in(form, error, "answer")
        return _ask_for_passkey(form), 422
    flash(_("The passkey is set up."), "good")
    return _page(codes)


@blueprint.post("/profile/security/passkeys/<passkey_id>/remove")
@signed_in
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    """Forget a passkey."""
    uow = web.current_uow()
    _sudo()
    name = enrolment.remove_passkey(uow, mailer(), signed_in_person(), parse_id(passkey_id))
    flash(_("The passkey “%(name)s” is removed.", name=name), "good")
    return redirect(url_for("accounts.security"))


@blueprint.post("/profile/security/totp/new")
@signed_in
def new_totp() -> ResponseReturnValue:
    """Make a secret for an authenticator app, and show it."""
    uow = web.current_uow()
    _sudo()
    secret = totp.begin(uow, _keyring(), signed_in_person().user_id)
    return _ask_for_code(TotpForm(formdata=None), secret)


@blueprint.post("/profile/security/totp")
@signed_in
@limiter.limit("20 per minute")
def confirm_totp() -> ResponseReturnValue:
    """Take the app's first code."""
    uow, form, person = web.current_uow(), TotpForm(), signed_in_person()
    _sudo()
    secret = totp.pending(uow, _keyring(), person.user_id)
    if form.validate_on_submit() and secret is not None:
        try:
            codes = enrolment.confirm_totp(uow, _keyring(), mailer(), person, form.code.data or "")
        except InvalidInput as error:
            show_in(form, error, "code")
        else:
            flash(_("The authenticator app is set up."), "good")
            return _page(codes)
    if secret is None:
        return redirect(url_for("accounts.security"))
    return _ask_for_code(form, secret), 422


@blueprint.post("/profile/security/totp/remove")
@signed_in
def remove_totp() -> ResponseReturnValue:
    """Forget the authenticator app."""
    uow = web.current_uow()
    _sudo()
    enrolment.remove_totp(uow, mailer(), signed_in_person())
    flash(_("The authenticator app is removed."), "good")
    return redirect(url_for("accounts.security"))


@blueprint.post("/profile/security/recovery-codes")
@signed_in
def new_codes() -> ResponseReturnValue:
    """Make other recovery codes, shown this once."""
    uow = web.current_uow()
    _sudo()
    return _page(enrolment.new_codes(uow, mailer(), signed_in_person()))


def _page(codes: list[str] | None = None) -> str:
    uow, person = web.current_uow(), signed_in_person()
    return render_template(
        "accounts/security.html",
        passkeys=listing.passkeys(uow, person.user_id),
        factors=checking.of(uow, person.user_id),
        codes=codes,
        site=_site(),
    )


def _ask_for_passkey(form: PasskeyForm) -> str:
    options = enrolment.begin_passkey(web.current_uow(), _site(), signed_in_person())
    return render_template("accounts/passkey_new.html", form=form, options=options)


def _ask_for_code(form: TotpForm, secret: str) -> str:
    import segno  # noqa: PLC0415 - for whoever sets up an authenticator alone

    square = segno.make(totp.address(secret, signed_in_person().email), error="m")
    picture = square.svg_data_uri(scale=5, border=3, dark="#000", light="#fff")
    return render_template("accounts/totp_new.html", form=form, secret=secret, picture=picture)


def _sudo() -> None:
    """Prove it first; and one workspace's provider has no say about an account that others rely on."""
    person = signed_in_person()
    if person.by_provider and person.elsewhere:
        sentence = _(
            "You have seats in other workspaces, and %(workspace)s signed you in. Sign in with your password to change "
            "this.",
            workspace=person.seat.workspace if person.seat else "Studio",
        )
        raise Forbidden(sentence, code="other_workspaces")
    gates = cast("Gates", current_app.extensions["studio_gates"])
    gates.require_sudo(web.current_uow())


def _keyring() -> Keyring:
    return cast("Keyring", current_app.extensions["studio_keyring"])


def _site() -> Site:
    return Site.of(settings().public_url)
