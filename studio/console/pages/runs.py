"""What people do to a run."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint, engine
from studio.console.forms import CancelForm, SettleForm
from studio.core.web import current_uow
from studio.runtime.service import runs as verbs
from studio.runtime.service.settling import Finding, settle
from studio.runtime.service.starts import get_run


@blueprint.post("/runs/<uuid:run_id>/cancel")
@permission("run.cancel")
def cancel_run(run_id: UUID) -> ResponseReturnValue:
    """End it now."""
    uow, form = current_uow(), CancelForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        verbs.cancel(uow, found, engine().endings.withdraw, form.reason.data or "", hint=engine().wake_main)
        flash(_("The run was cancelled. What it waited for is withdrawn."), "good")
    return redirect(url_for("console.run", run_id=run_id), 303)


@blueprint.post("/runs/<uuid:run_id>/settle")
@permission("run.rerun")
def settle_run(run_id: UUID) -> ResponseReturnValue:
    """Say how a run goes on that Studio cannot carry on by itself."""
    uow, form = current_uow(), SettleForm()
    found = get_run(uow, run_id)
    if form.validate_on_submit():
        settle(uow, found, Finding(form.finding.data or ""), engine().wake_main)
        flash(_("The run goes on."), "good")
    return redirect(url_for("console.run", run_id=run_id), 303)
