"""What a browser and a program hear where a proof is needed: the question, and a way to go on afterwards."""

from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from studio.accounts.identity import known_person, narrow
from studio.accounts.outcomes import Strength
from studio.contract.gates import StepUpNeeded
from studio.core import problems, web
from studio.guard.forms import StepUpForm
from studio.guard.models import StepUp
from studio.guard.page import render
from studio.guard.service import step_up

ACR = {
    Strength.PASSWORD: "urn:studio:acr:password",
    Strength.CODE: "urn:studio:acr:code",
    Strength.PASSKEY: "phr",
}
"""Names of strengths in challenges (RFC 9470); `phr` is OpenID's for what resists phishing."""


def init_app(app: Flask) -> None:
    """Answer StepUpNeeded wherever it is raised."""
    app.register_error_handler(StepUpNeeded, put)


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
