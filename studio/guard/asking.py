"""What a browser and a program hear where a proof is needed: the question, and a way to go on afterwards."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.identity import known_person, narrow
from studio.accounts.outcomes import Strength
from studio.contract.gates import ApprovalNeeded, Frozen, StepUpNeeded
from studio.core import problems, web
from studio.core.errors import StudioError
from studio.guard import words
from studio.guard.forms import StepUpForm
from studio.guard.freeze_form import PREFIX, FreezeForm
from studio.guard.models import StepUp
from studio.guard.page import render
from studio.guard.service import holding, step_up

ACR = {
    Strength.PASSWORD: "urn:studio:acr:password",
    Strength.CODE: "urn:studio:acr:code",
    Strength.PASSKEY: "phr",
}
"""Names of strengths in challenges (RFC 9470); `phr` is OpenID's for what resists phishing."""


def init_app(app: Flask) -> None:
    """Answer what gates raise, wherever they raise it."""
    app.register_error_handler(StepUpNeeded, put)
    app.register_error_handler(ApprovalNeeded, ask_people)
    app.register_error_handler(Frozen, ask_why)


def put(needed: StepUpNeeded) -> ResponseReturnValue:
    """Put the question. What the view had begun is taken back; the question is a row of its own."""
    web.rollback(needed)
    person = known_person()
    if person is None:
        raise needed
    with web.database().unit() as unit:
        narrow(unit, person)
        row = step_up.ask(unit, needed)
        if problems.wants_json():
            return _challenge(needed, row)
        if request.method == "GET":
            return redirect(url_for("guard.step_up", step_up_id=row.id, next=request.full_path.rstrip("?")))
        form = StepUpForm.carrying(request.path, urlsplit(request.referrer or "/").path)
        return make_response(render(unit, row, form), needed.status)


def ask_people(needed: ApprovalNeeded) -> ResponseReturnValue:
    """Ask those who have to agree, in a unit of its own: what the view had begun is taken back."""
    web.rollback(needed)
    person = known_person()
    if person is None:
        raise needed
    with web.database().unit() as unit:
        narrow(unit, person)
        hold = holding.ask(unit, needed)
        asked = {"id": str(hold.id), "request_id": str(hold.request_id), "what": hold.what}
    if problems.wants_json():
        return _problem(needed, proposal=asked)
    return make_response(render_template("guard/asked.html", hold=hold, words=words.asked(needed.requirement)), 202)


def ask_why(frozen: Frozen) -> ResponseReturnValue:
    """Say until when it is frozen, and take a reason from whoever may give one."""
    web.rollback(frozen)
    person = known_person()
    if person is None:
        raise frozen
    if problems.wants_json():
        return _problem(frozen, freeze={
            "target": frozen.act.target, "payload_hash": frozen.payload_hash, "name": frozen.name,
            "ends_at": frozen.ends_at.isoformat(), "what": frozen.act.what,
        })  # fmt: skip
    form = FreezeForm(prefix=PREFIX)
    posted = request.method != "GET"
    form.target.data, form.digest.data, form.freeze.data = frozen.act.target, frozen.payload_hash, frozen.name
    form.what.data, form.carried.data = frozen.act.what[:500], "yes" if posted else ""
    form.to.data = request.path if posted else request.full_path.rstrip("?")
    page = render_template("guard/frozen.html", form=form, problem=None, frozen=frozen, may=person.may)
    return make_response(page, frozen.status)


def _problem(error: StudioError, **more: Any) -> Response:
    answer = jsonify(problems.problem(error) | more)
    answer.status_code, answer.content_type = error.status, "application/problem+json"
    return answer


def _challenge(needed: StepUpNeeded, row: StepUp) -> Response:
    body: dict[str, Any] = problems.problem(needed)
    body["step_up"] = {
        "action": needed.action,
        "url": url_for("guard.step_up", step_up_id=row.id, _external=True),
        "acr_values": ACR[Strength(needed.strength)],
        "max_age": int(needed.max_age.total_seconds()),
    }
    answer = jsonify(body)
    answer.status_code, answer.content_type = needed.status, "application/problem+json"
    answer.headers["WWW-Authenticate"] = (
        'Bearer realm="studio", error="insufficient_user_authentication", '
        'error_description="Prove again who you are, at the address in step_up.url, then repeat the request.", '
        f'acr_values="{ACR[Strength(needed.strength)]}", max_age="{int(needed.max_age.total_seconds())}"'
    )
    return answer
