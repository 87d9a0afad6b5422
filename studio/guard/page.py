"""The page that asks somebody to prove once more who they are."""

from typing import cast

from flask import current_app, render_template

from studio.accounts import policy
from studio.accounts.factors import checking
from studio.accounts.outcomes import STRENGTHS, Method, Strength
from studio.accounts.service import workspaces
from studio.accounts.site import Site
from studio.core.settings import Settings
from studio.core.unit_of_work import UnitOfWork
from studio.guard.forms import StepUpForm
from studio.guard.models import StepUp
from studio.guard.service import step_up


def render(uow: UnitOfWork, row: StepUp, form: StepUpForm, problem: str | None = None) -> str:
    """The question, with every method that is strong enough and set up."""
    for failed in (form.passkey, form.code, form.recovery_code, form.provider):
        failed.data = ""  # it is not sent again
    methods = [one for one in step_up.factors(uow, row).methods if STRENGTHS[one] >= Strength(row.needed)]
    options = checking.request(uow, site(), row.user_id, row.challenge) if "passkey" in methods else None
    if options is None:
        methods = [one for one in methods if one.value != "passkey"]
    return render_template(
        "guard/step_up.html", row=row, form=form, methods=methods, options=options, problem=problem,
        provider=workspaces.current(uow).sign_in_name if Method.PROVIDER in methods else None,
        back=policy.safe_next(form.back.data or form.to.data) or "/",
    )  # fmt: skip


def site() -> Site:
    """The address that people reach this installation at."""
    return Site.of(cast("Settings", current_app.extensions["studio_settings"]).public_url)
