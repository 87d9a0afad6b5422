"""The question who it is."""

from typing import cast

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _

from studio.accounts import policy, renewing
from studio.accounts.federation.attempts import Proving
from studio.accounts.federation.door import Visitor
from studio.accounts.going_out import browser, door, going_out
from studio.accounts.identity import origin, signed_in_person
from studio.accounts.outcomes import Method
from studio.accounts.permissions import signed_in
from studio.core import web
from studio.core.crypto import Keyring
from studio.core.errors import NotFound
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


@blueprint.post("/step-up/<step_up_id>/provider")
@signed_in
@limiter.limit("30 per minute")
def step_up_provider(step_up_id: str) -> ResponseReturnValue:
    """Let the workspace's sign-in provider ask the person anew; what waits behind the question is kept, sealed."""
    uow, form, person = web.current_uow(), StepUpForm(prefix=PREFIX), signed_in_person()
    row = service.find(uow, parse_id(step_up_id))
    if not person.by_provider or person.seat is None or person.session_id is None:
        return render(uow, row, form, _("Nothing was sent. Choose one of the ways below.")), 422
    form.validate_on_submit()
    then = {"step_up": str(row.id), **form.waiting()}
    proving, visitor = Proving(person.user_id, person.session_id), Visitor(browser(), origin(person.session_id))
    web.commit()  # nothing is held while the provider is asked
    return going_out(door().begin(person.seat.workspace_id, visitor, then, proving=proving))


@blueprint.get("/step-up/<step_up_id>/proved")
@signed_in
def step_up_proved(step_up_id: str) -> ResponseReturnValue:
    """Back from the provider: one button goes on with what was waiting."""
    uow, attempt = web.current_uow(), request.args.get("attempt", "")
    row = service.find(uow, parse_id(step_up_id))
    kept = door().proof(uow, parse_id(attempt), signed_in_person().session_id)
    if kept["step_up"] != str(row.id):
        raise NotFound(_("There is no such question for you."), resource=f"step_up:{step_up_id}")
    form = StepUpForm(formdata=None, prefix=PREFIX, to=kept["to"], back=kept["back"], carried=kept["carried"])
    form.method.data, form.provider.data = Method.PROVIDER.value, attempt
    return render_template("guard/step_up_proved.html", row=row, form=form, kept=kept["fields"])
