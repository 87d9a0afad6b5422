"""Settings: erase a customer's data from all runs."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.core import web
from studio.core.errors import Conflict, InvalidInput
from studio.core.web import current_uow
from studio.runtime.erasure import service


class ErasureForm(FlaskForm):
    """Whose data, and what people call the matter."""

    key = StringField(_l("Email address, phone number or customer number"), [Length(max=400)])
    reference = StringField(_l("Reference"), [Length(max=400)])


@blueprint.get("/settings/erasures")
@permission("settings.manage")
def erasures() -> ResponseReturnValue:
    """Show the form, and what was erased so far."""
    return _page(ErasureForm(formdata=None))


@blueprint.post("/settings/erasures")
@permission("settings.manage")
def erasures_post() -> ResponseReturnValue:
    """Look for a customer."""
    form = ErasureForm()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        service.ask(current_uow(), form.key.data or "", form.reference.data or "")
    except InvalidInput as error:
        web.rollback(error)
        for problem in error.problems:
            field = form.reference if problem.path == "reference" else form.key
            field.errors = [*field.errors, problem.message]
        return _page(form), error.status
    except Conflict as error:
        web.rollback(error)
        flash(str(error), "bad")
    return redirect(url_for("console.erasures"), 303)


@blueprint.post("/settings/erasures/<uuid:erasure_id>/confirm")
@permission("settings.manage")
def erasure_confirm(erasure_id: UUID) -> ResponseReturnValue:
    """Erase what was found."""
    try:
        service.confirm(current_uow(), erasure_id)
    except Conflict as error:
        web.rollback(error)
        flash(str(error), "bad")
    return redirect(url_for("console.erasures"), 303)


@blueprint.post("/settings/erasures/<uuid:erasure_id>/withdraw")
@permission("settings.manage")
def erasure_withdraw(erasure_id: UUID) -> ResponseReturnValue:
    """Let it be."""
    try:
        service.withdraw(current_uow(), erasure_id)
    except Conflict as error:
        web.rollback(error)
        flash(str(error), "bad")
    else:
        flash(_("The erasure is withdrawn. Nothing was erased."), "good")
    return redirect(url_for("console.erasures"), 303)


def _page(form: ErasureForm) -> str:
    found = service.newest(current_uow())
    open_one = next((one for one in found if service.is_open(one)), None)
    return render_template(
        "console/erasures.html", form=form, open=open_one, ended=[one for one in found if one is not open_one],
    )  # fmt: skip
