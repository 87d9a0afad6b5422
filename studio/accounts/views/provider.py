"""Settings: the workspace's sign-in provider."""

import re

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.federation import configuring
from studio.accounts.federation.configuring import ProviderFacts
from studio.accounts.federation.errors import Refused
from studio.accounts.federation_models import SignInProvider
from studio.accounts.forms import ProviderForm
from studio.accounts.going_out import door
from studio.accounts.outcomes import Role
from studio.accounts.permissions import permission
from studio.accounts.service import workspaces
from studio.accounts.views.blueprint import blueprint, settings
from studio.core import web
from studio.core.errors import Conflict, Forbidden, InvalidInput, StudioError
from studio.core.limits import limiter


@blueprint.get("/settings/single-sign-on")
@permission("settings.read")
def provider() -> ResponseReturnValue:
    """Show who says, for this workspace, who somebody is."""
    row = configuring.current(web.current_uow())
    return _page(row, _filled(row))


@blueprint.post("/settings/single-sign-on")
@permission("settings.manage")
def provider_post() -> ResponseReturnValue:
    """Set it, once the provider has answered."""
    form = ProviderForm()
    if form.more.data:
        form.mapping.append_entry()
        return _page(configuring.current(web.current_uow()), form)
    status = 422
    if form.validate_on_submit():
        web.commit()  # nothing is held while the provider is asked
        try:
            door().check((form.issuer.data or "").strip())
            row = configuring.save(web.current_uow(), door().keyring, _facts(form), inner=door().inner)
        except Refused as error:
            form.issuer.errors, status = [error.message], 422
        except (InvalidInput, Forbidden, Conflict) as error:
            _show(form, error)
            status = error.status
        else:
            flash(_("People sign in by %(name)s from now on.", name=row.name), "good")
            return redirect(url_for("accounts.provider"))
    return _page(configuring.current(web.current_uow()), form), status


@blueprint.post("/settings/single-sign-on/check")
@permission("settings.manage")
@limiter.limit("30 per minute")
def check_provider() -> ResponseReturnValue:
    """Ask the provider once more whether it answers, and changes nothing."""
    row = configuring.get(web.current_uow())
    web.commit()  # nothing is held while the provider is asked
    try:
        door().check(row.issuer)
    except Refused as error:
        flash(error.message, "bad")
    else:
        flash(_("%(name)s answers, and its keys can be used.", name=row.name), "good")
    return redirect(url_for("accounts.provider"))


@blueprint.post("/settings/single-sign-on/remove")
@permission("settings.manage")
def remove_provider() -> ResponseReturnValue:
    """Take it away."""
    configuring.remove(web.current_uow())
    flash(_("People sign in by password again."), "good")
    return redirect(url_for("accounts.provider"))


def _page(row: SignInProvider | None, form: ProviderForm) -> str:
    workspace, public_url = workspaces.current(web.current_uow()), settings().public_url.rstrip("/")
    return render_template(
        "accounts/provider.html", form=form, row=row, redirect_uri=door().redirect_uri,
        address=f"{public_url}/sign-in/{workspace.slug}", scim=f"{public_url}/scim/v2",
    )  # fmt: skip


def _filled(row: SignInProvider | None) -> ProviderForm:
    if row is None:
        return ProviderForm(formdata=None, claim="groups")
    return ProviderForm(
        formdata=None, name=row.name, issuer=row.issuer, client_id=row.client_id, domains=", ".join(row.domains),
        claim=row.claim, mapping=row.mapping or [{}], default_role=row.default_role or "", passwords=row.passwords,
    )  # fmt: skip


def _facts(form: ProviderForm) -> ProviderFacts:
    """Rows of the mapping that were left empty are left out."""
    rules = [(one.form.value.data or "", Role(one.form.role.data)) for one in form.mapping]
    return ProviderFacts(
        name=form.name.data or "",
        issuer=form.issuer.data or "",
        client_id=form.client_id.data or "",
        secret=form.secret.data or "",
        domains=re.split(r"[\s,;]+", form.domains.data or ""),
        claim=form.claim.data or "",
        mapping=[(value, role) for value, role in rules if value.strip()],
        default_role=Role(form.default_role.data) if form.default_role.data else None,
        passwords=bool(form.passwords.data),
    )


def _show(form: ProviderForm, error: StudioError) -> None:
    """Put each refusal under its field; rows are counted without those that were left empty, as they were saved."""
    web.rollback(error)
    filled = [one for one in form.mapping if (one.form.value.data or "").strip()]
    for problem in error.problems:
        parts = problem.path.split(".")
        if parts[0] == "mapping" and int(parts[1]) < len(filled):
            field = filled[int(parts[1])].form[parts[2]]
        else:
            field = form[parts[0]]
        field.errors = [*field.errors, problem.message]
