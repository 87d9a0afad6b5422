"""Settings: what all workflows of the workspace may do together."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.forms import LimitsForm
from studio.contract.spans import in_words
from studio.core.errors import InvalidInput
from studio.core.web import current_uow
from studio.runtime.flow.workspace import WorkspaceLimits, limits_of, set_limits


@blueprint.get("/settings/limits")
@permission("settings.read")
def limits() -> ResponseReturnValue:
    """Show them."""
    found = limits_of(current_uow())
    return render_template("console/limits.html", form=LimitsForm(obj=found), limits=found, in_words=in_words)


@blueprint.post("/settings/limits")
@permission("settings.manage")
def limits_post() -> ResponseReturnValue:
    """Change them."""
    form, uow = LimitsForm(), current_uow()
    if form.validate_on_submit():
        try:
            set_limits(uow, WorkspaceLimits(form.at_once.data, form.starts.data, form.per_s.data))
        except InvalidInput as error:
            form.show(error)
        else:
            flash(_("The limits of the workspace are saved."), "good")
            return redirect(url_for("console.limits"), 303)
    return render_template("console/limits.html", form=form, limits=limits_of(uow), in_words=in_words), 422
