"""Settings: API tokens."""

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.forms import TokenForm
from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import permission
from studio.accounts.service import tokens as service
from studio.accounts.views.blueprint import blueprint, show_in
from studio.core import web
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id


@blueprint.get("/settings/tokens")
@permission("token.read")
def tokens() -> ResponseReturnValue:
    """List the tokens that work."""
    return _page(TokenForm())


@blueprint.post("/settings/tokens")
@permission("token.manage")
def create_token() -> ResponseReturnValue:
    """Make a token and show it, this once."""
    form, uow = TokenForm(), web.current_uow()
    if not form.validate_on_submit():
        return _page(form), 422
    days = int(form.days.data or 0)
    try:
        made = service.create(
            uow,
            name=form.name.data or "",
            scopes=form.scopes.data or (),
            user_id=signed_in_person().user_id,
            expires_at=uow.now + timedelta(days=days) if days else None,
        )
    except InvalidInput as error:
        show_in(form, error, "scopes")
        return _page(form), 422
    return _page(TokenForm(formdata=None), shown=made.text)


@blueprint.post("/settings/tokens/<token_id>/revoke")
@permission("token.manage")
def revoke_token(token_id: str) -> ResponseReturnValue:
    """End a token at once."""
    row = service.revoke(web.current_uow(), parse_id(token_id))
    flash(_("The token %(name)s is revoked.", name=row.name), "good")
    return redirect(url_for("accounts.tokens"))


def _page(form: TokenForm, shown: str | None = None) -> str:
    uow = web.current_uow()
    before, after = parse_id(request.args.get("before", "")), parse_id(request.args.get("after", ""))
    page = service.live(uow, before=before, after=after)
    if not page.rows:
        page = service.live(uow)  # what was there is revoked
    return render_template("accounts/tokens.html", form=form, page=page, shown=shown)
