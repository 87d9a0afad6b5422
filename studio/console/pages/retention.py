"""Settings: how long ended runs are kept, and how far letting go of them has come."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from studio.accounts.permissions import permission
from studio.console.blueprint import blueprint
from studio.console.retention_forms import DaysForm
from studio.core import tenancy, web
from studio.core.errors import InvalidInput
from studio.core.ids import parse_id
from studio.core.web import current_uow
from studio.runtime.archive import service as archiving
from studio.runtime.models import Workflow
from studio.runtime.retention.estimate import Estimate, estimate
from studio.runtime.retention.policy import Days
from studio.runtime.retention.rules import checked, rules_of, set_rules, with_everywhere, with_workflow
from studio.runtime.retention.standing import standing

MOST_LISTED = 500
"""Workflows to choose from."""


@blueprint.get("/settings/retention")
@permission("settings.read")
def retention() -> ResponseReturnValue:
    """Show the rules, and what was deleted last."""
    chosen = parse_id(request.args.get("workflow", ""))
    if chosen is not None:
        return redirect(url_for("console.retention_of", workflow_id=chosen), 303)
    return _page(DaysForm(formdata=None, obj=rules_of(current_uow()).everywhere))


@blueprint.post("/settings/retention")
@permission("settings.manage")
def retention_post() -> ResponseReturnValue:
    """Keep the runs of all workflows so, or say what that would delete."""
    return _change(None)


@blueprint.get("/settings/retention/<uuid:workflow_id>")
@permission("settings.read")
def retention_of(workflow_id: UUID) -> ResponseReturnValue:
    """Show the rules of one workflow."""
    own = rules_of(current_uow()).workflows.get(workflow_id, Days())
    return _page(DaysForm(formdata=None, obj=own), workflow_id)


@blueprint.post("/settings/retention/<uuid:workflow_id>")
@permission("settings.manage")
def retention_of_post(workflow_id: UUID) -> ResponseReturnValue:
    """Keep the runs of one workflow so, or say what that would delete."""
    return _change(workflow_id)


def _change(workflow_id: UUID | None) -> ResponseReturnValue:
    form, uow = DaysForm(), current_uow()
    if not form.validate_on_submit():
        return _page(form, workflow_id), 422
    rules = rules_of(uow)
    wanted = with_everywhere(rules, form.days) if workflow_id is None else with_workflow(rules, workflow_id, form.days)
    try:
        if form.preview.data:
            return _page(form, workflow_id, estimate(uow, checked(uow, wanted)))
        set_rules(uow, wanted)
    except InvalidInput as error:
        web.rollback(error)
        form.show(error)
        return _page(form, workflow_id), error.status
    flash(_("How long runs are kept is saved. It holds from the next look, within the hour."), "good")
    return redirect(url_for("console.retention"), 303)


def _page(form: DaysForm, workflow_id: UUID | None = None, foreseen: Estimate | None = None) -> str:
    uow = current_uow()
    rules = rules_of(uow)
    named = select(Workflow.id, Workflow.name).where(Workflow.id.in_(list(rules.workflows))).order_by(Workflow.name)
    free = select(Workflow.id, Workflow.name).where(Workflow.id.not_in(list(rules.workflows))).order_by(Workflow.name)
    shown: dict[str, Any] = {
        "one": tenancy.get(uow.session, Workflow, workflow_id, "workflow") if workflow_id is not None else None,
        "own": [(row.id, row.name, rules.workflows[row.id]) for row in uow.session.execute(named)],
        "others": uow.session.execute(free.limit(MOST_LISTED)).all() if workflow_id is None else [],
        "due": estimate(uow, rules) if workflow_id is None else None,
        "standing": standing(uow),
        "place": archiving.current(uow),
    }
    return render_template("console/retention.html", form=form, rules=rules, foreseen=foreseen, **shown)
