"""Settings: secrets. Values go in and never come out."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.forms import SecretEditForm, SecretForm
from studio.accounts.models import Secret
from studio.accounts.permissions import permission
from studio.accounts.views.blueprint import blueprint, show_in, vault
from studio.core import tenancy, web
from studio.core.errors import Conflict, InvalidInput
from studio.core.ids import parse_id


@blueprint.get("/settings/secrets")
@permission("secret.read")
def secrets() -> ResponseReturnValue:
    """List the secrets by name."""
    return _page(SecretForm())


@blueprint.post("/settings/secrets")
@permission("secret.manage")
def create_secret() -> ResponseReturnValue:
    """Store a secret."""
    form = SecretForm()
    if form.validate_on_submit():
        try:
            vault().create(
                web.current_uow(),
                name=(form.name.data or "").strip(),
                value=form.value.data or "",
                hosts=form.host_list(),
            )
        except (InvalidInput, Conflict) as error:
            show_in(form, error, "name")
        else:
            flash(_("The secret %(name)s is stored.", name=form.name.data), "good")
            return redirect(url_for("accounts.secrets"))
    return _page(form), 422


@blueprint.get("/settings/secrets/<secret_id>")
@permission("secret.manage")
def secret(secret_id: str) -> ResponseReturnValue:
    """Ask for another value, or other hosts."""
    row = _row(secret_id)
    form = SecretEditForm(hosts="\n".join(row.hosts))
    return render_template("accounts/secret.html", form=form, secret=row)


@blueprint.post("/settings/secrets/<secret_id>")
@permission("secret.manage")
def replace_secret(secret_id: str) -> ResponseReturnValue:
    """Give a secret another value, or other hosts."""
    form, key = SecretEditForm(), parse_id(secret_id)
    if form.validate_on_submit():
        try:
            row = vault().replace(web.current_uow(), key, value=form.value.data or "", hosts=form.host_list())
        except InvalidInput as error:
            show_in(form, error, "value")
        else:
            flash(_("The secret %(name)s is saved.", name=row.name), "good")
            return redirect(url_for("accounts.secrets"))
    return render_template("accounts/secret.html", form=form, secret=_row(secret_id)), 422


@blueprint.post("/settings/secrets/<secret_id>/delete")
@permission("secret.manage")
def delete_secret(secret_id: str) -> ResponseReturnValue:
    """Remove a secret."""
    name = vault().delete(web.current_uow(), parse_id(secret_id))
    flash(_("The secret %(name)s is deleted.", name=name), "good")
    return redirect(url_for("accounts.secrets"))


def _row(secret_id: str) -> Secret:
    return tenancy.get(web.current_uow().session, Secret, parse_id(secret_id), "secret")


def _page(form: SecretForm) -> str:
    rows = vault().listing(web.current_uow())
    return render_template("accounts/secrets.html", form=form, secrets=rows)
