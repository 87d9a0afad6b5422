"""Settings: what is protected, and by which policies."""

from collections.abc import Sequence
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from studio.accounts import policy as accounts_policy
from studio.accounts.permissions import permission
from studio.contract.protecting import registry
from studio.core import web
from studio.core.errors import Conflict, InvalidInput, StudioError
from studio.core.web import current_uow
from studio.guard import simulating, words
from studio.guard.freeze_form import PREFIX, FreezeForm
from studio.guard.models import GuardPolicy
from studio.guard.policies import service as policies
from studio.guard.policies.fields import PolicyFields
from studio.guard.policy_form import PolicyForm
from studio.guard.service import exceptions, holding
from studio.guard.settings import service as settings
from studio.guard.settings.kinds import KINDS
from studio.guard.views.blueprint import approvals, blueprint, sudo


@blueprint.get("/settings/protection")
@permission("protection.read")
def protection() -> ResponseReturnValue:
    """List the protected settings, the protected actions and their policies."""
    uow = current_uow()
    values = [(kind, settings.newest(uow, kind), holding.open_for(uow, kind.kind)) for kind in KINDS.values()]
    held = policies.every(uow)
    lines = [(known, _before(held, known.key)) for known in registry().values()]
    own = [(row, _before(held, row.key)) for row in policies.own(uow)]
    return render_template(
        "guard/protection.html", values=values, lines=lines, own=own, read=settings.read, default=words.default
    )


@blueprint.get("/settings/protection/policies/new")
@permission("protection.manage")
def new_protection_policy() -> ResponseReturnValue:
    """The form of a new one."""
    return _page(PolicyForm(formdata=None, target=request.args.get("target")), None)


@blueprint.post("/settings/protection/policies")
@permission("protection.manage")
def create_protection_policy() -> ResponseReturnValue:
    """Make one; it holds from now on."""
    form = PolicyForm()
    sudo()
    if not form.validate_on_submit():
        return _page(form, None), 422
    try:
        row = policies.create(current_uow(), form.save())
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, None), error.status
    flash(_("The policy %(name)s holds from now on.", name=row.name), "good")
    return redirect(url_for("guard.protection_policy", guard_policy_id=row.id))


@blueprint.get("/settings/protection/policies/<uuid:guard_policy_id>")
@permission("protection.read")
def protection_policy(guard_policy_id: UUID) -> ResponseReturnValue:
    """One policy, its versions, and what it would have asked for in the last 30 days."""
    row = policies.get(current_uow(), guard_policy_id)
    return _page(PolicyForm(formdata=None, data=PolicyForm.shown(row)), row)


@blueprint.post("/settings/protection/policies/<uuid:guard_policy_id>")
@permission("protection.manage")
def change_protection_policy(guard_policy_id: UUID) -> ResponseReturnValue:
    """Store what was edited, or show what it would have asked for."""
    form, uow = PolicyForm(), current_uow()
    row = policies.get(uow, guard_policy_id)
    if form.simulate.data and form.validate_on_submit():
        try:
            tried = form.save().fields
        except InvalidInput as error:
            _show(form, error)
            return _page(form, policies.get(current_uow(), guard_policy_id)), 422
        return _page(form, row, tried)
    sudo()
    if not form.validate_on_submit():
        return _page(form, row), 422
    try:
        policies.change(uow, guard_policy_id, form.save(), int(form.seen.data or 0))
    except (Conflict, InvalidInput) as error:
        _show(form, error)
        return _page(form, policies.get(current_uow(), guard_policy_id)), error.status
    flash(_("The policy is changed. It holds at once, for runs under way as well."), "good")
    return redirect(url_for("guard.protection_policy", guard_policy_id=guard_policy_id))


@blueprint.post("/settings/protection/policies/<uuid:guard_policy_id>/retire")
@permission("protection.manage")
def retire_protection_policy(guard_policy_id: UUID) -> ResponseReturnValue:
    """Take one out of force."""
    uow = current_uow()
    policies.get(uow, guard_policy_id)
    sudo()
    row = policies.retire(uow, guard_policy_id)
    flash(_("The policy %(name)s is retired.", name=row.name), "good")
    return redirect(url_for("guard.protection"))


@blueprint.post("/settings/protection/freeze-exceptions")
@permission("protection.bypass")
def freeze_exception() -> ResponseReturnValue:
    """Say why an act must happen in a freeze, and go on to it."""
    form = FreezeForm(prefix=PREFIX)
    if not form.validate_on_submit():
        return render_template("guard/frozen.html", form=form, problem=_("Say why it cannot wait."), frozen=None), 422
    try:
        exceptions.allow(
            current_uow(), approvals(), target=form.target.data or "", digest=form.digest.data or "",
            freeze=form.freeze.data or "", what=form.what.data or "", reason=form.reason.data or "",
        )  # fmt: skip
    except InvalidInput as error:
        web.rollback(error)
        return render_template("guard/frozen.html", form=form, problem=error.message, frozen=None), 422
    return redirect(accounts_policy.safe_next(form.to.data) or "/", 307 if form.carried.data == "yes" else 303)


def _before(held: Sequence[GuardPolicy], target: str) -> list[tuple[GuardPolicy, str, str]]:
    """The policies that stand before an action, each with what it asks for and when it holds."""
    return [(row, words.asks(row), words.holds(row)) for row in held if row.target == target]


def _page(form: PolicyForm, row: GuardPolicy | None, tried: PolicyFields | None = None) -> str:
    uow = current_uow()
    keys = [*registry(), *(one.key for one in policies.own(uow))]
    form.offer([(key, policies.title_of(uow, key)) for key in keys])
    old = policies.versions(uow, row.id) if row is not None else []
    found = None
    if row is not None:
        found = simulating.simulate(uow, row.target, tried or PolicyFields.model_validate(row.rule))
    return render_template(
        "guard/policy.html", form=form, policy=row, versions=old, simulated=found, tried=tried is not None,
        asked=words.asked,
    )  # fmt: skip


def _show(form: PolicyForm, error: StudioError) -> None:
    """Take back what the service had begun; say why beside each field."""
    web.rollback(error)
    for problem in error.problems:
        field = form.field_at(problem.path)
        field.errors = [*field.errors, problem.message]
    if not error.problems:
        form.name.errors = [*form.name.errors, error.message]
