"""Settings: approval policies."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from pydantic import ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # left out of __all__

from studio.accounts.permissions import permission
from studio.approvals import people
from studio.approvals.escalation import MOST_LEVELS
from studio.approvals.models import ApprovalPolicy
from studio.approvals.nodes import deciders
from studio.approvals.nodes.fields.governing import PolicyRule, restored, stored
from studio.approvals.policies import service as policies
from studio.approvals.policies.service import PolicySave
from studio.approvals.service import calendars, groups, schedules
from studio.contract.wording import field_problems
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.portal.policy_form import MOST, PolicyForm, shown
from studio.portal.views.blueprint import blueprint


@blueprint.get("/settings/policies")
@permission("policy.read")
def policies_list() -> ResponseReturnValue:
    """List them."""
    found = [(row, deciders.words(row.rule)) for row in policies.every(current_uow())]
    return render_template("portal/policies.html", policies=found)


@blueprint.get("/settings/policies/new")
@permission("policy.manage")
def new_policy() -> ResponseReturnValue:
    """The form of a new one."""
    return _page(PolicyForm(formdata=None), None)


@blueprint.post("/settings/policies")
@permission("policy.manage")
def create_policy() -> ResponseReturnValue:
    """Make one."""
    form = PolicyForm()
    if _wants_more(form):
        return _page(form, None)
    if not form.validate_on_submit():
        return _page(form, None), 422
    try:
        made = policies.create(current_uow(), _save(form))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, None), error.status
    flash(_("The policy %(name)s is made. Approval steps can name it now.", name=made.name), "good")
    return redirect(url_for("portal.policy", policy_id=made.id))


@blueprint.get("/settings/policies/<uuid:policy_id>")
@permission("policy.read")
def policy(policy_id: UUID) -> ResponseReturnValue:
    """One policy: who decides by it, until when, and which workflows name it."""
    row = policies.get(current_uow(), policy_id)
    kept = stored(restored(row.rule))
    return _page(PolicyForm(formdata=None, data=shown(row.name, row.version, kept)), row)


@blueprint.post("/settings/policies/<uuid:policy_id>")
@permission("policy.manage")
def change_policy(policy_id: UUID) -> ResponseReturnValue:
    """Store what was edited, unless somebody else has edited it meanwhile."""
    form, uow = PolicyForm(), current_uow()
    row = policies.get(uow, policy_id)
    if _wants_more(form):
        return _page(form, row)
    if not form.validate_on_submit():
        return _page(form, row), 422
    try:
        policies.change(uow, policy_id, _save(form), int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, policies.get(current_uow(), policy_id)), error.status
    flash(
        _("The policy is changed. Requests that are open keep the rule that they were asked by, until you apply it."),
        "good",
    )
    return redirect(url_for("portal.policy", policy_id=policy_id))


@blueprint.post("/settings/policies/<uuid:policy_id>/delete")
@permission("policy.manage")
def delete_policy(policy_id: UUID) -> ResponseReturnValue:
    """Delete one that no workflow names."""
    try:
        policies.remove(current_uow(), policy_id)
    except Conflict as error:
        web.rollback(error)
        flash(error.message, "bad")
        return redirect(url_for("portal.policy", policy_id=policy_id))
    flash(_("The policy is gone. Requests that are open keep the rule that they were asked by."), "good")
    return redirect(url_for("portal.policies_list"))


def _page(form: PolicyForm, row: ApprovalPolicy | None) -> str:
    uow = current_uow()
    form.offer(_people(), _calendars())
    workflows = policies.used_by(uow, row) if row else []
    words = deciders.words(row.rule) if row else ""
    return render_template("portal/policy.html", form=form, policy=row, workflows=workflows, words=words)


def _people() -> list[SelectChoice]:
    """Groups first, then schedules, then people: most policies name groups."""
    uow = current_uow()
    found = [SelectChoice(f"group:{one.name}", one.name) for one in groups.all_groups(uow)]
    found += [SelectChoice(f"schedule:{one.name}", one.name) for one in schedules.every(uow)]
    return found + [SelectChoice(f"user:{one.email}", f"{one.name} ({one.email})") for one in people.deciders(uow)]


def _calendars() -> list[SelectChoice]:
    names = [SelectChoice(row.name, row.name) for row in calendars.every(current_uow())]
    return [SelectChoice("", _("The default calendar")), *names]


def _wants_more(form: PolicyForm) -> bool:
    """The button that shows another block was pressed; nothing is judged or stored then."""
    if not form.more.data and not form.level.data:
        return False
    blocks, most = (form.deciders, MOST) if form.more.data else (form.escalate, MOST_LEVELS)
    if len(blocks) < most:
        blocks.append_entry()
    return True


def _save(form: PolicyForm) -> PolicySave:
    try:
        rule = PolicyRule.model_validate(form.rule)
    except ValidationError as error:
        problems = field_problems(error, "rule")
        raise InvalidInput(problems[0].message, problems=problems) from None
    return PolicySave(form.name.data or "", rule)


def _show(form: PolicyForm, error: StudioError) -> None:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.name.errors = [*form.name.errors, error.message]
