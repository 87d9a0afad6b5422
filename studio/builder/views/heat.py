"""Heat on the canvas: how often each step ended and failed, and how long it takes, in one line of its card."""

from uuid import UUID

from flask import Response, jsonify, request
from flask_babel import gettext as _
from flask_babel import ngettext

from studio.accounts.permissions import permission
from studio.builder.views.blueprint import API, asked, blueprint
from studio.core.errors import InvalidInput
from studio.core.formats import lasting, number
from studio.core.web import current_uow
from studio.runtime.insights.heat import By, Span, StepHeat, heat


@blueprint.get(f"{API}/heat")
@permission("run.read")
def step_heat(workflow_id: UUID) -> Response:
    """By key, of steps of the version that runs: what their cards say, and their degree, 0 to 4. `span` as insights."""
    workflow, span = asked(workflow_id), request.args.get("span", "")
    if span not in set(Span):
        raise InvalidInput(_("Choose 24h, 7d or 30d."), code="heat.span", field="span")
    found = heat(current_uow(), workflow, Span(span))
    steps = {
        one.key: {"degree": one.degree(By.FAILED), "text": _line(one), "title": _sentence(one)}
        for one in found.steps
        if one.ended
    }
    return jsonify({"span": span, "steps": steps})


def _line(step: StepHeat) -> str:
    """As short as a card is narrow."""
    return _joined(f"{number(step.ended)}\u00d7", step, lasting((step.median_ms or 0) / 1000))


def _sentence(step: StepHeat) -> str:
    ran = ngettext("%(count)s time", "%(count)s times", step.ended, count=number(step.ended))
    return _joined(str(ran), step, str(_("half within %(time)s", time=lasting((step.median_ms or 0) / 1000))))


def _joined(ran: str, step: StepHeat, took: str) -> str:
    failed = str(_("%(count)s failed", count=number(step.failed)))
    return " · ".join((ran, *([failed] if step.failed else []), took))
