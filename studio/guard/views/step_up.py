"""The question who it is."""

from typing import cast

from flask import current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _

from studio.accounts import policy, renewing
from studio.accounts.identity import signed_in_person
from studio.accounts.permissions import signed_in
from studio.core import web
from studio.core.crypto import Keyring
from studio.core.ids import parse_id
from studio.core.limits import limiter
from studio.guard.forms import PREFIX, StepUpForm
from studio.guard.page import render, site
from studio.guard.service import step_up as service
from studio.guard.views.blueprint import blueprint


@blueprint.get("/step-up/<step_up_id>")
@signed_in
def step_up(step_up_id: str) -> ResponseReturnValue:
    """Ask for a proof."""
    uow = web.current_uow()
    row = service.find(uow, parse_id(step_up_id))
    form = StepUpForm(formdata=None, prefix=PREFIX, to=policy.safe_next(request.args.get("next")))
    return render(uow, row, form)


@blueprint.post("/step-up/<step_up_id>")
@signed_in
@limiter.limit("30 per minute")
def step_up_post(step_up_id: str) -> ResponseReturnValue:
    """Look at a proof, and go on to what waits behind it."""
    uow, form, person = web.current_uow(), StepUpForm(prefix=PREFIX), signed_in_person()
    row = service.find(uow, parse_id(step_up_id))
    proof = form.proof() if form.validate_on_submit() else None
    if proof is None:
        return render(uow, row, form, _("Nothing was sent. Choose one of the ways below.")), 422
    keyring = cast("Keyring", current_app.extensions["studio_keyring"])
    answer = service.answer(uow, site(), keyring, row, proof)
    if answer.wait is not None:
        wait = format_timedelta(answer.wait, granularity="minute")
        return render(uow, row, form, _("Too many failed attempts. Try again in %(wait)s.", wait=wait)), 429
    if not answer.confirmed:
        return render(uow, row, form, _("That did not prove it. Try again, or choose another way.")), 401
    renewing.renew(uow, person)
    target = policy.safe_next(form.to.data) or "/"
    return redirect(target, 307 if form.carried.data == "yes" else 303)
